create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
create view public.parts as select id, region, amount from public.sales;
create materialized view public.totals as select region, count(*) as n from public.parts group by region;
