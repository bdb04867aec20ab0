insert into public.events select n, '2025-01-01 12:00+00'::timestamptz + n * interval '1 day' from generate_series(0, 50) n;
insert into public.events_2025_03 (id, at, kind) select n, '2025-03-01 12:00+00'::timestamptz + n * interval '1 day', 'm' || n from generate_series(0, 20) n;
