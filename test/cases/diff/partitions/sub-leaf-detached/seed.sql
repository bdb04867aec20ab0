insert into public.logs select 1, '2025-01-05'::date + n, 'info', 'l' || n from generate_series(0, 300) n;
insert into public.logs select 2, '2025-01-05'::date + n, 'info', 'l' || n from generate_series(0, 150) n;
insert into public.logs_2_h2 select 2, '2025-07-05'::date + n, 'warn', 'l' || n from generate_series(0, 100) n;
