create type public.f as enum ('a', 'b');
create table public.t (id int primary key, e public.f default 'a');
create index j on public.t (e);
