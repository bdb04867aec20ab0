create table public.n (id bigserial, at int not null, primary key (id, at)) partition by range (at);
create table public.n_1 partition of public.n for values from (0) to (100);
create table public.n_2 partition of public.n for values from (100) to (200);
