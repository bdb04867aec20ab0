create table public.t (id int primary key, name text, n int not null default 0);
create index t_i on public.t (lower(name), n) with (fillfactor = 50);
alter index public.t_i alter column 1 set statistics 300;
alter table public.t cluster on t_i;
