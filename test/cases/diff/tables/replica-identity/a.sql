create table public.t (id int primary key, name text, n int not null default 0);
create unique index t_n on public.t (n, id);
