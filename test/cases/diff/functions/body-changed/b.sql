create function public.f(a int) returns int language sql immutable strict parallel safe cost 5 as 'select a + 2';
