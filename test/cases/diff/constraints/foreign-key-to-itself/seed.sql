insert into public.n values (1, null), (2, 1), (3, 1);
