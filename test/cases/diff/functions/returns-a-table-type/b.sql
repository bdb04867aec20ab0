create table public.t (id int primary key, name text, n int not null default 0);
create function public.first_t() returns setof public.t language sql as 'select * from public.t limit 1';
