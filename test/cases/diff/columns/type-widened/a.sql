create table public.t (id int primary key, v varchar(10), w int, x numeric(8,2));
create index t_w on public.t (w);
