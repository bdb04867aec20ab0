create table public.logs (
  tenant int not null,
  at date not null,
  level text not null,
  line text
) partition by list (tenant);
create table public.logs_1 partition of public.logs for values in (1) partition by range (at);
create table public.logs_1_h1 partition of public.logs_1 for values from ('2025-01-01') to ('2025-07-01');
create table public.logs_1_h2 partition of public.logs_1 for values from ('2025-07-01') to ('2026-01-01');
create table public.logs_2 partition of public.logs for values in (2) partition by range (at);
create table public.logs_2_h1 partition of public.logs_2 for values from ('2025-01-01') to ('2025-07-01');
create table public.logs_2_h2 partition of public.logs_2 for values from ('2025-07-01') to ('2026-01-01');
alter table public.logs_1_h1 alter line set not null;
