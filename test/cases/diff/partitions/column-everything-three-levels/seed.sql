insert into public.o (at, k, n) select n, n % 3, n from generate_series(1, 150) n;
