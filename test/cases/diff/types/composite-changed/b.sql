create type public.pair as (a bigint, b text, c date);
