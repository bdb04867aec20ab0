create table public.t (id int primary key);
create table public.u (id int primary key);
create table public.v (id int primary key);
alter table public.t force row level security;
alter table public.u enable row level security;
alter table public.v force row level security;
