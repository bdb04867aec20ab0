create table public.n (id int not null, v text) partition by range (id);
create table public.n_1 partition of public.n for values from (0) to (100);
create table public.n_3 partition of public.n for values from (200) to (300);
