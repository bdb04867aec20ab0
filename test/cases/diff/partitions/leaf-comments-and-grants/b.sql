create table public.events (
  id bigint not null,
  at timestamptz not null,
  kind text not null default 'view',
  payload jsonb
) partition by range (at);
create table public.events_2025_01 partition of public.events for values from ('2025-01-01 00:00+00') to ('2025-02-01 00:00+00');
create table public.events_2025_02 partition of public.events for values from ('2025-02-01 00:00+00') to ('2025-03-01 00:00+00');
comment on table public.events is 'Everything';
comment on table public.events_2025_01 is 'January; it''s "cold"';
comment on column public.events_2025_01.kind is 'old kinds';
grant select on public.events to gigarow_pairs_reader;
grant select, insert on public.events_2025_02 to gigarow_pairs_writer;
