create type public.mood as enum ('best', 'good', 'fine', 'bad', 'worst');
create table public.t (id int primary key, mood public.mood not null);
