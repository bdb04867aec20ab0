create type public.pair as (a int, b text);
create table public.t (id int primary key, p public.pair, r int4range default '[1,5)', a numeric(6,2)[], i interval day to second default '1 day', b bit(5), u uuid);
