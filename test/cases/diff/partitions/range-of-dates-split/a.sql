create table public.d (day date not null, n int not null) partition by range (day);
create table public.d_2024 partition of public.d for values from ('2024-01-01') to ('2025-01-01');
create table public.d_2025 partition of public.d for values from ('2025-01-01') to ('2026-01-01');
