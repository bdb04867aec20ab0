create table public.t (id int primary key, name text, n int not null default 0);
create function public.f(a int) returns int language sql immutable as 'select a + 1';
create function public.f(a text, b int default 3) returns text language sql stable as $f$ select a || b; $f$;
create procedure public.p(inout n int) language plpgsql as $$ begin n := n + 1; end $$;
