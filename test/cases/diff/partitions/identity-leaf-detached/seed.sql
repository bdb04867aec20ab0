insert into public.n (at) select n from generate_series(0, 99) n;
insert into public.n_2 (id, at) select n - 1000, n from generate_series(100, 120) n;
