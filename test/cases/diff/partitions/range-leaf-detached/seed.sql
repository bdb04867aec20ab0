insert into public.events select n, '2025-01-01 12:00+00'::timestamptz + n * interval '1 day', 'k' || n, null from generate_series(0, 50) n;
insert into public.events_2025_03 select n, '2025-03-01 12:00+00'::timestamptz + n * interval '1 day', 'm' || n, '{"a": 1}' from generate_series(0, 20) n;
