create table public.t (id int, v text);
