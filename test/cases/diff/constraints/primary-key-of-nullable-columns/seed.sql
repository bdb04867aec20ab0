insert into public.t select n, 'v' || n from generate_series(1, 20) n;
