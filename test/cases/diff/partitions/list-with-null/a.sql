create table public.c (id bigint not null, code text) partition by list (code);
create table public.c_a partition of public.c for values in ('a');
