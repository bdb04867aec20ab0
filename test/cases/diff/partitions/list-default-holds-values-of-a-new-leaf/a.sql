create table public.orders (
  id bigint not null,
  region text not null,
  amount numeric(12,2) not null,
  note text
) partition by list (region);
create table public.orders_eu partition of public.orders for values in ('de', 'fr', 'it');
create table public.orders_us partition of public.orders for values in ('us', 'ca');
create table public.orders_rest partition of public.orders default;
