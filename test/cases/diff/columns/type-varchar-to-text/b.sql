create table public.t (id int primary key, v text not null);
create index t_v on public.t (v);
