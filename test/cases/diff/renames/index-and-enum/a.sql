create type public.e as enum ('a', 'b');
create table public.t (id int primary key, e public.e default 'a');
create index i on public.t (e);
