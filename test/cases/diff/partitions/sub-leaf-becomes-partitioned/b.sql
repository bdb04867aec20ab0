create table public.logs (tenant int not null, at date not null) partition by list (tenant);
create table public.logs_1 partition of public.logs for values in (1) partition by range (at);
create table public.logs_1_2025 partition of public.logs_1 for values from ('2025-01-01') to ('2026-01-01');
