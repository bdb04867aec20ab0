create table public.t (a int not null, b int not null, v text) partition by list (a);
create table public.t_1 partition of public.t for values in (1) partition by range (b);
create table public.t_1_x partition of public.t_1 for values from (0) to (10);
create table public.t_1_rest partition of public.t_1 default;
