create table public.ord (id bigint not null, at date not null) partition by range (at);
create table public.ord_01 partition of public.ord for values from ('2025-01-01') to ('2025-02-01');
alter table only public.ord add constraint ord_pkey primary key (id, at);
create unique index ord_01_pkey on public.ord_01 (id, at);
