create table public.t (id int not null, v text) partition by range (id);
create table public.t_1 partition of public.t for values from (0) to (1000);
