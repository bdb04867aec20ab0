create table public.events (
  id bigint not null,
  at timestamptz not null,
  kind text not null default 'view',
  payload jsonb
) partition by range (at);
create table public.events_2025_01 partition of public.events for values from ('2025-01-01 00:00+00') to ('2025-02-01 00:00+00');
create table public.events_2025_02 partition of public.events for values from ('2025-02-01 00:00+00') to ('2025-03-01 00:00+00');
alter table public.events add primary key (id, at);
create table public.clicks (n int primary key, event_id bigint, event_at timestamptz);
