create table public.n (id int not null, v text) partition by range (id);
create table public.n_x partition of public.n for values from (0) to (40);
create table public.n_y partition of public.n for values from (40) to (80);
create table public.n_z partition of public.n for values from (80) to (120);
