create table public.sales (id bigint primary key, region text not null, amount bigint not null, at timestamptz not null);
