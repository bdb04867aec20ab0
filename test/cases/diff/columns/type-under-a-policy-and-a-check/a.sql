create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t add constraint n_small check (n < 1000000);
alter table public.t enable row level security;
create policy small on public.t using (n < 10);
