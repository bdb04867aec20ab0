create table public.a (id bigint primary key);
create table public.b (id bigint primary key);
