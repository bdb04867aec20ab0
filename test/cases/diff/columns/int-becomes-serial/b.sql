create table public.t (id serial primary key, v text);
