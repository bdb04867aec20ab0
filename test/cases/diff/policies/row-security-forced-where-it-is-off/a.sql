create table public.t (id int primary key);
create table public.u (id int primary key);
create table public.v (id int primary key);
alter table public.t enable row level security, force row level security;
alter table public.u force row level security;
