create table public.c (id bigint not null, code text) partition by list (code);
create table public.c_a partition of public.c for values in ('a', null);
create table public.c_b partition of public.c for values in ('b');
