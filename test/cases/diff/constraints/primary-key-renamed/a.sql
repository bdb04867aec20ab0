create table public.t (id int, v text, constraint t_old primary key (id));
