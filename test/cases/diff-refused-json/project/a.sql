create table public.e (at date not null);
