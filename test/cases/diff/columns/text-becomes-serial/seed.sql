insert into public.t (id, v) select n, 'v' from generate_series(1, 100) n;
