create table public.t (id int, v text, constraint t_new primary key (id));
