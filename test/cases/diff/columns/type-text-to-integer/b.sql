create table public.t (id int primary key, v int default 0);
