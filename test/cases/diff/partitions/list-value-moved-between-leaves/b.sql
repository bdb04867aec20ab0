create table public.orders (id bigint not null, region text not null) partition by list (region);
create table public.orders_1 partition of public.orders for values in ('de', 'fr');
create table public.orders_2 partition of public.orders for values in ('ca', 'us');
