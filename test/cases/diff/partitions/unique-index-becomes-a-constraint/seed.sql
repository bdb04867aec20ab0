insert into public.ord (id, at) select n, '2025-01-20'::date + n from generate_series(1, 20) n;
