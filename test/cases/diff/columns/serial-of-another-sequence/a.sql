create table public.t (id serial primary key, v text);
create table public.d (id int primary key, v text);
