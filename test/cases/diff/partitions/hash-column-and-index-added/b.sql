create table public.users (
  id bigint not null,
  name text not null,
  score int not null default 0,
  email text
) partition by hash (id);
create table public.users_0 partition of public.users for values with (modulus 4, remainder 0);
create table public.users_1 partition of public.users for values with (modulus 4, remainder 1);
create table public.users_2 partition of public.users for values with (modulus 4, remainder 2);
create table public.users_3 partition of public.users for values with (modulus 4, remainder 3);
create index users_name on public.users (name);
