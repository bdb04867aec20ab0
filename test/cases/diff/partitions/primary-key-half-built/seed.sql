insert into public.ord (id, at) select n, '2025-01-05' from generate_series(1, 20) n;
