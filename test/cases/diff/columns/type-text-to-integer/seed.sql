insert into public.t select n, n from generate_series(1, 20) n;
