insert into public.cust (id, name, n) select n, 'x', n from generate_series(1, 20) n;
