create table public.sales (id bigint primary key, region text not null, amount int not null, at timestamptz not null);
