create table public.n (id int not null, v text, primary key (id)) partition by range (id);
create table public.n_1 partition of public.n for values from (0) to (100);
