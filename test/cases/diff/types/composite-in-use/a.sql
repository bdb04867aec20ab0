create type public.pair as (a int, b text);
create table public.t (id int primary key, p public.pair);
