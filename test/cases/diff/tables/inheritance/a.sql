create table public.base (id int not null, v text);
