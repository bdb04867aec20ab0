create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
create function public.rate(n int) returns int language sql immutable as 'select n * 2';
create materialized view public.totals as select region, public.rate(amount) as total from public.sales;
