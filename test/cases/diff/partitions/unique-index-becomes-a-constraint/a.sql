create table public.ord (id bigint not null, at date not null) partition by range (at);
create table public.ord_01 partition of public.ord for values from ('2025-01-01') to ('2025-02-01');
create table public.ord_02 partition of public.ord for values from ('2025-02-01') to ('2025-03-01');
create unique index ord_k on public.ord (id, at);
