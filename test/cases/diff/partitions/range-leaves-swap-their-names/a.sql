create table public.n (id int not null, v text) partition by range (id);
create table public.n_a partition of public.n for values from (0) to (100);
create table public.n_b partition of public.n for values from (100) to (200);
