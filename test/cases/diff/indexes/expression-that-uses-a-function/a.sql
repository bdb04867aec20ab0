create table public.t (id int primary key, name text, n int not null default 0);
create function public.norm(v text) returns text language sql immutable as 'select lower(v)';
