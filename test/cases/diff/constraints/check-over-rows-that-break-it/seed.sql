insert into public.t values (1, 'a', 5), (2, 'b', 2000000) on conflict do nothing;
