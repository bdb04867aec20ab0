-- 20261121092631_initial

CREATE TABLE public.billion_rows (
  id bigserial NOT NULL,
  value text NOT NULL,
  created_at timestamp NOT NULL,
  CONSTRAINT pk_id PRIMARY KEY (id)
);

CREATE TABLE public.events (
  id bigserial NOT NULL,
  user_id bigint NOT NULL,
  event_type text NOT NULL,
  event_time timestamp with time zone NOT NULL,
  payload jsonb NOT NULL,
  CONSTRAINT events_pkey PRIMARY KEY (id, event_time)
) PARTITION BY RANGE (event_time);

-- 13 partitions of events: every 1 month, in UTC
CREATE TABLE public.events_p2025_01 PARTITION OF public.events FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2025-02-01 00:00:00+00');

CREATE TABLE public.events_p2025_02 PARTITION OF public.events FOR VALUES FROM ('2025-02-01 00:00:00+00') TO ('2025-03-01 00:00:00+00');

CREATE TABLE public.events_p2025_03 PARTITION OF public.events FOR VALUES FROM ('2025-03-01 00:00:00+00') TO ('2025-04-01 00:00:00+00');

CREATE TABLE public.events_p2025_04 PARTITION OF public.events FOR VALUES FROM ('2025-04-01 00:00:00+00') TO ('2025-05-01 00:00:00+00');

CREATE TABLE public.events_p2025_05 PARTITION OF public.events FOR VALUES FROM ('2025-05-01 00:00:00+00') TO ('2025-06-01 00:00:00+00');

CREATE TABLE public.events_p2025_06 PARTITION OF public.events FOR VALUES FROM ('2025-06-01 00:00:00+00') TO ('2025-07-01 00:00:00+00');

CREATE TABLE public.events_p2025_07 PARTITION OF public.events FOR VALUES FROM ('2025-07-01 00:00:00+00') TO ('2025-08-01 00:00:00+00');

CREATE TABLE public.events_p2025_08 PARTITION OF public.events FOR VALUES FROM ('2025-08-01 00:00:00+00') TO ('2025-09-01 00:00:00+00');

CREATE TABLE public.events_p2025_09 PARTITION OF public.events FOR VALUES FROM ('2025-09-01 00:00:00+00') TO ('2025-10-01 00:00:00+00');

CREATE TABLE public.events_p2025_10 PARTITION OF public.events FOR VALUES FROM ('2025-10-01 00:00:00+00') TO ('2025-11-01 00:00:00+00');

CREATE TABLE public.events_p2025_11 PARTITION OF public.events FOR VALUES FROM ('2025-11-01 00:00:00+00') TO ('2025-12-01 00:00:00+00');

CREATE TABLE public.events_p2025_12 PARTITION OF public.events FOR VALUES FROM ('2025-12-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');

CREATE TABLE public.events_p2026_01 PARTITION OF public.events FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00');

CREATE INDEX idx_value ON public.billion_rows (value);

CREATE INDEX events_user_time_idx ON public.events (user_id, event_time);

CREATE INDEX events_type_time_idx ON public.events (event_type, event_time);

CREATE INDEX events_payload_idx ON public.events USING gin (payload);

CREATE INDEX events_time_brin_idx ON public.events USING brin (event_time);
