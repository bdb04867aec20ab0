create function public.f(a int) returns int language sql as 'select a';
revoke execute on function public.f(int) from public;
grant execute on function public.f(int) to gigarow_pairs_reader;
comment on function public.f(int) is 'It''s f';
