create table public.other (id int);
