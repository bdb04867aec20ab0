create table public.n (id int not null, v text not null) partition by range (id);
create table public.n_1 partition of public.n for values from (0) to (100);
