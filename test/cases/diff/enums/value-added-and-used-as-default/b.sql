create type public.mood as enum ('good', 'bad', 'new');
create table public.t (id int primary key, mood public.mood not null default 'new');
