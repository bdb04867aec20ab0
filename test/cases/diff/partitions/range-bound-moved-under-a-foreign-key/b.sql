create table public.n (id int primary key, v text) partition by range (id);
create table public.n_1 partition of public.n for values from (0) to (50);
create table public.n_2 partition of public.n for values from (50) to (200);
create table public.r (k int primary key, n_id int references public.n (id) on delete cascade);
