create table public.orders (
  id bigint not null,
  region text not null,
  amount numeric(12,2) not null,
  note text
) partition by list (region);
create table public.orders_de partition of public.orders for values in ('de');
create table public.orders_rest_eu partition of public.orders for values in ('fr', 'it');
create table public.orders_us partition of public.orders for values in ('us', 'ca');
create index orders_amount on public.orders (amount);
