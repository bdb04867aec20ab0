create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t add constraint t_u unique nulls not distinct (name, id);
