create table public.n (id int primary key, parent int references public.n (id));
