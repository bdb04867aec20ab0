create table public.t (id int primary key, name text, n int not null default 0);
create unique index t_n on public.t (n, id);
alter table public.t replica identity using index t_n;
