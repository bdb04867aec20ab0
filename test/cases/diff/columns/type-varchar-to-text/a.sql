create table public.t (id int primary key, v varchar(10) not null);
create index t_v on public.t (v);
