create table public.t (id int not null, v text, constraint t_pkey primary key (id));
