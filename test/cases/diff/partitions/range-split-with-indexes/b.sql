create table public.n (id int not null, v text, primary key (id)) partition by range (id);
create index n_v on public.n (v);
create table public.n_a partition of public.n for values from (0) to (50);
create table public.n_b partition of public.n for values from (50) to (100);
