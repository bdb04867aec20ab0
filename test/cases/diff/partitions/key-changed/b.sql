create table public.t (id int not null, at date not null) partition by range (at);
create table public.t_1 partition of public.t for values from ('2025-01-01') to ('2026-01-01');
