create function public.f(a int, c int) returns int language sql as 'select $1 + $2';
