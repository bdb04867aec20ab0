create type public.mood as enum ('c', 'a', 'b');
create table public.t (id int primary key, mood public.mood not null);
create index t_mood on public.t (mood);
