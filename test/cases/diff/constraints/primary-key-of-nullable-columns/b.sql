create table public.t (id int, v text, constraint t_pkey primary key (id));
