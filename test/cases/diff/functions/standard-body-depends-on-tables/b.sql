create table public.t (id int primary key, name text, n int not null default 0);
create function public.names() returns setof text language sql begin atomic select name from public.t; end;
create function public.count_names() returns bigint language sql begin atomic select count(*) from public.names(); end;
