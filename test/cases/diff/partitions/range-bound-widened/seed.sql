insert into public.n select g, 'v' || g from generate_series(0, 99) g;
