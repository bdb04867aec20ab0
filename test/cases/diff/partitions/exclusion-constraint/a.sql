create extension btree_gist;
create table public.b (room int not null, during tstzrange not null) partition by list (room);
create table public.b_1 partition of public.b for values in (1);
create table public.b_2 partition of public.b for values in (2);
