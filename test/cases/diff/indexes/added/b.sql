create table public.t (id int primary key, name text, n int not null default 0);
create index t_name on public.t (name);
create index t_n_desc on public.t (n desc nulls last, lower(name)) where n > 3;
