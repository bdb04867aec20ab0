insert into public.t select n, (enum_range(null::public.mood))[1 + n % array_length(enum_range(null::public.mood), 1)] from generate_series(1, 6) n;
