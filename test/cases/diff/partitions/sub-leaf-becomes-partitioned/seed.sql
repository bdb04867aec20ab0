insert into public.logs values (1, '2025-05-05'), (1, '2025-06-05');
