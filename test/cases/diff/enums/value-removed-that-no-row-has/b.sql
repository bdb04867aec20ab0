create type public.mood as enum ('good', 'bad');
create table public.t (id int primary key, mood public.mood not null default 'good', moods public.mood[]);
create index t_mood on public.t (mood) where mood = 'bad';
create view public.v as select id from public.t where mood <> 'bad';
