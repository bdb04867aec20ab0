create function public.f(a int) returns int language sql immutable as 'select a + 1';
create table public.t (id int primary key, n int not null default public.f(1), constraint big check (public.f(n) > 0));
create index t_f on public.t (public.f(n));
