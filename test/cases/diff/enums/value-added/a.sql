create type public.mood as enum ('good', 'bad');
create table public.t (id int primary key, mood public.mood not null);
