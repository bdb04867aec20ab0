create table public.t (id int not null, at date not null) partition by range (id);
create table public.t_1 partition of public.t for values from (0) to (1000);
