create table public.e (at date not null) partition by range (at);
