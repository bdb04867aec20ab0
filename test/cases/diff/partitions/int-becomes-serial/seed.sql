insert into public.t (id, at) select n, n from generate_series(1, 150) n;
