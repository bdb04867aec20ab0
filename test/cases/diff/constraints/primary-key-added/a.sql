create table public.t (id int not null, v text);
