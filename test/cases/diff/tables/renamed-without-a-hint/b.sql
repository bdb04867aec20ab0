create table public.u (id int primary key, name text);
