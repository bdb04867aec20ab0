create table public.kinds (kind text primary key);
create table public.events (
  id bigint not null,
  at timestamptz not null,
  kind text not null default 'view',
  payload jsonb
) partition by range (at);
create table public.events_2025_01 partition of public.events for values from ('2025-01-01 00:00+00') to ('2025-02-01 00:00+00');
create table public.events_2025_02 partition of public.events for values from ('2025-02-01 00:00+00') to ('2025-03-01 00:00+00');
alter table public.events add constraint events_pkey primary key (id, at);
alter table public.events add constraint events_kind_fkey foreign key (kind) references public.kinds (kind);
alter table public.events add constraint events_id_check check (id > 0);
create index events_kind_idx on public.events (kind);
create table public.events_2025_03 (
  id bigint not null,
  at timestamptz not null,
  kind text not null default 'view',
  payload jsonb,
  constraint events_2025_03_pkey primary key (id, at),
  constraint events_kind_fkey foreign key (kind) references public.kinds (kind),
  constraint events_id_check check (id > 0)
);
create index events_2025_03_kind_idx on public.events_2025_03 (kind);
