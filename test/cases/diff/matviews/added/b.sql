create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
create materialized view public.totals as select region, sum(amount) as total from public.sales group by region;
create unique index totals_region on public.totals (region);
