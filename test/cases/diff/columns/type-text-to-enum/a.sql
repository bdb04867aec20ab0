create type public.mood as enum ('good', 'bad');
create table public.t (id int primary key, mood text not null default 'good');
