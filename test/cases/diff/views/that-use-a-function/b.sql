create table public.t (id int primary key, name text, n int not null default 0);
create function public.f(i int) returns text language sql as 'select i::text';
create view public.v as select public.f(n) as m from public.t;
