create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
create materialized view public.totals as select region, sum(amount + 1) as total from public.sales group by region;
grant select on public.totals to gigarow_pairs_reader;
comment on materialized view public.totals is 'By region';
comment on column public.totals.total is 'Money';
