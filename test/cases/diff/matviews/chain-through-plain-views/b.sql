create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
create materialized view public.totals as select region, sum(amount) * 2 as total from public.sales group by region;
create view public.big as select region, total from public.totals where total > 5;
create view public.big_names as select upper(region) as name from public.big;
create materialized view public.names as select name, count(*) as n from public.big_names group by name;
create unique index names_name on public.names (name);
