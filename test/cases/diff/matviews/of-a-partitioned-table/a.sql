create table public.e (id int not null, v int) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (100);
create materialized view public.s as select sum(v) as total from public.e;
