create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
create materialized view public.totals as select region, sum(amount) as total from public.sales where at > '2024-01-01' group by region;
create materialized view public.grand as select sum(total) as total from public.totals;
