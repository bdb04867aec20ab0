create table public.orders (id bigint not null, region text not null) partition by list (region);
create table public.orders_eu partition of public.orders for values in ('de', 'fr');
