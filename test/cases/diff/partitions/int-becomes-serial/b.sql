create table public.t (id serial, at int not null, primary key (id, at)) partition by range (at);
create table public.t_1 partition of public.t for values from (0) to (100);
create table public.t_2 partition of public.t for values from (100) to (200);
