create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
create materialized view public.totals as select region, sum(amount) as total from public.sales group by region;
create view public.big as select region, total from public.totals where total > 5;
create materialized view public.names as select region from public.big;
