create function public.f(a int) returns table (x int, y text) language sql as 'select a, a::text';
