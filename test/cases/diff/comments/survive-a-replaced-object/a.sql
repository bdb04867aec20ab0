create table public.t (id int primary key, name text, n int not null default 0);
create index i on public.t (name);
comment on index public.i is 'By name';
alter table public.t add constraint n_range check (n > -5);
comment on constraint n_range on public.t is 'Small';
