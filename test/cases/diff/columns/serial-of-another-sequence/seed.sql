insert into public.t (v) select 'v' from generate_series(1, 100);
insert into public.d (id, v) select -n, 'v' from generate_series(1, 100) n;
