create table public.orders (id bigint not null, region text not null, primary key (id, region)) partition by list (region);
create table public.orders_1 partition of public.orders for values in ('de', 'us');
create table public.orders_2 partition of public.orders for values in ('fr', 'ca');
