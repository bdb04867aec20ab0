create table public.t (id int primary key, name text, n int not null default 0);
create table public.u (id int primary key, t_id int references public.t (id), note text default 'none');
