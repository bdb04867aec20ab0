insert into public.t values (2, 'b', 2000000);
do $$ begin insert into public.t values (1, 'a', 5); exception when check_violation then null; end $$;
