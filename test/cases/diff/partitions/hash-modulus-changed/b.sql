create table public.users (
  id bigint not null,
  name text not null,
  score int not null default 0
) partition by hash (id);
create table public.users_0 partition of public.users for values with (modulus 2, remainder 0);
create table public.users_1 partition of public.users for values with (modulus 2, remainder 1);
