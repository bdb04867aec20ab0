create table public.e (id bigint not null, name text not null) partition by range (lower(name));
create table public.e_1 partition of public.e for values from ('a') to ('h');
