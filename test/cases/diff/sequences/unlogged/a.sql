create unlogged sequence public.s;
