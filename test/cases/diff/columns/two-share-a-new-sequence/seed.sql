insert into public.a (id) select n from generate_series(1, 100) n;
insert into public.b (id) select n from generate_series(1, 20) n;
