insert into public.e select n, 'Bob' || n from generate_series(1, 9) n;
