create table public.sales (id bigint primary key, area text, amount int not null, at timestamptz not null);
create materialized view public.totals as select area, sum(amount) as total from public.sales group by area;
