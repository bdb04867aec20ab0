insert into public.logs select 1 + n % 2, '2025-01-05'::date + n, 'info', 'l' || n from generate_series(0, 300) n;
