create table public.n (id int not null, v text, w bigint) partition by range (id);
create index n_w on public.n (w);
create table public.n_1 partition of public.n for values from (0) to (100);
create table public.n_2 partition of public.n for values from (100) to (200);
