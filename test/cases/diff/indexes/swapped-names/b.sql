create table public.t (id int primary key, name text, n int not null default 0);
create index i2 on public.t (name);
create index i1 on public.t (n);
