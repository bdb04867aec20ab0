create table public.e (id int not null, v bigint) partition by range (id);
create table public.e_1 partition of public.e for values from (0) to (100);
create table public.e_2 partition of public.e for values from (100) to (200);
create materialized view public.s as select sum(v) as total from public.e;
