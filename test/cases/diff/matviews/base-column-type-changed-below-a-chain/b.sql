create table public.sales (id bigint primary key, region varchar(40) not null, amount numeric(12,2) not null, at timestamptz not null);
create view public.parts as select region, amount from public.sales;
create materialized view public.totals as select region, sum(amount) as total from public.parts group by region;
create materialized view public.grand as select max(total) as top from public.totals;
create index grand_top on public.grand (top);
comment on materialized view public.grand is 'The best';
grant select on public.grand to gigarow_pairs_reader;
