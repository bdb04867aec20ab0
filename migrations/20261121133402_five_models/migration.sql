-- 20261121133402_five_models

CREATE SCHEMA monitoring;

CREATE SCHEMA staging;

CREATE SCHEMA warehouse;

CREATE TABLE public.generation_data (
  "timestamp" timestamp with time zone NOT NULL,
  generator_id int NOT NULL,
  power_output double precision NOT NULL,
  CONSTRAINT generation_data_pkey PRIMARY KEY (generator_id, "timestamp")
);

CREATE TABLE warehouse.fact_data_metrics (
  id bigserial NOT NULL,
  metric_name text NOT NULL,
  metric_value double precision NOT NULL,
  dimensions jsonb,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT fact_data_metrics_pkey PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

-- 15 partitions of warehouse.fact_data_metrics: every 1 month, in UTC
CREATE TABLE warehouse.fact_data_metrics_p2025_12 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2025-12-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_01 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_02 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_03 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_04 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-04-01 00:00:00+00') TO ('2026-05-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_05 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-05-01 00:00:00+00') TO ('2026-06-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_06 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-06-01 00:00:00+00') TO ('2026-07-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_07 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-07-01 00:00:00+00') TO ('2026-08-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_08 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-08-01 00:00:00+00') TO ('2026-09-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_09 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-09-01 00:00:00+00') TO ('2026-10-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_10 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-10-01 00:00:00+00') TO ('2026-11-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_11 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2026_12 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2027_01 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

CREATE TABLE warehouse.fact_data_metrics_p2027_02 PARTITION OF warehouse.fact_data_metrics FOR VALUES FROM ('2027-02-01 00:00:00+00') TO ('2027-03-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs (
  id bigserial NOT NULL,
  pipeline_name text NOT NULL,
  status text NOT NULL,
  message text,
  records_processed bigint DEFAULT 0 NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT pipeline_logs_pkey PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

-- 15 partitions of warehouse.pipeline_logs: every 1 month, in UTC
CREATE TABLE warehouse.pipeline_logs_p2025_12 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2025-12-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_01 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_02 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_03 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_04 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-04-01 00:00:00+00') TO ('2026-05-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_05 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-05-01 00:00:00+00') TO ('2026-06-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_06 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-06-01 00:00:00+00') TO ('2026-07-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_07 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-07-01 00:00:00+00') TO ('2026-08-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_08 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-08-01 00:00:00+00') TO ('2026-09-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_09 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-09-01 00:00:00+00') TO ('2026-10-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_10 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-10-01 00:00:00+00') TO ('2026-11-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_11 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2026_12 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2027_01 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

CREATE TABLE warehouse.pipeline_logs_p2027_02 PARTITION OF warehouse.pipeline_logs FOR VALUES FROM ('2027-02-01 00:00:00+00') TO ('2027-03-01 00:00:00+00');

CREATE TABLE staging.raw_data (
  id bigserial NOT NULL,
  source text NOT NULL,
  payload jsonb NOT NULL,
  ingested_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT raw_data_pkey PRIMARY KEY (id, ingested_at)
) PARTITION BY RANGE (ingested_at);

-- 15 partitions of staging.raw_data: every 1 month, in UTC
CREATE TABLE staging.raw_data_p2025_12 PARTITION OF staging.raw_data FOR VALUES FROM ('2025-12-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_01 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_02 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_03 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_04 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-04-01 00:00:00+00') TO ('2026-05-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_05 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-05-01 00:00:00+00') TO ('2026-06-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_06 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-06-01 00:00:00+00') TO ('2026-07-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_07 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-07-01 00:00:00+00') TO ('2026-08-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_08 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-08-01 00:00:00+00') TO ('2026-09-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_09 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-09-01 00:00:00+00') TO ('2026-10-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_10 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-10-01 00:00:00+00') TO ('2026-11-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_11 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2026_12 PARTITION OF staging.raw_data FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2027_01 PARTITION OF staging.raw_data FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

CREATE TABLE staging.raw_data_p2027_02 PARTITION OF staging.raw_data FOR VALUES FROM ('2027-02-01 00:00:00+00') TO ('2027-03-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log (
  id bigserial NOT NULL,
  service_name text NOT NULL,
  status text NOT NULL,
  response_time_ms int,
  "timestamp" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT uptime_log_pkey PRIMARY KEY (id, "timestamp")
) PARTITION BY RANGE ("timestamp");

-- 15 partitions of monitoring.uptime_log: every 1 month, in UTC
CREATE TABLE monitoring.uptime_log_p2025_12 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2025-12-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_01 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_02 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_03 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_04 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-04-01 00:00:00+00') TO ('2026-05-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_05 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-05-01 00:00:00+00') TO ('2026-06-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_06 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-06-01 00:00:00+00') TO ('2026-07-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_07 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-07-01 00:00:00+00') TO ('2026-08-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_08 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-08-01 00:00:00+00') TO ('2026-09-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_09 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-09-01 00:00:00+00') TO ('2026-10-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_10 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-10-01 00:00:00+00') TO ('2026-11-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_11 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2026_12 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2027_01 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');

CREATE TABLE monitoring.uptime_log_p2027_02 PARTITION OF monitoring.uptime_log FOR VALUES FROM ('2027-02-01 00:00:00+00') TO ('2027-03-01 00:00:00+00');

CREATE TABLE public.emails (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  user_id uuid NOT NULL,
  email text NOT NULL
);

CREATE TABLE public.phone_numbers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  user_id uuid NOT NULL,
  phone_number text NOT NULL
);

CREATE TABLE public.users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.emails
  ADD CONSTRAINT emails_user_id_users_id_fk
    FOREIGN KEY(user_id)
    REFERENCES public.users (id)
    ON DELETE CASCADE;

ALTER TABLE public.phone_numbers
  ADD CONSTRAINT phone_numbers_user_id_users_id_fk
    FOREIGN KEY(user_id)
    REFERENCES public.users (id)
    ON DELETE CASCADE;

CREATE INDEX generation_data_time_brin_idx ON public.generation_data USING brin ("timestamp");

CREATE INDEX fact_data_metrics_name_idx ON warehouse.fact_data_metrics (metric_name, created_at);

CREATE INDEX pipeline_logs_name_idx ON warehouse.pipeline_logs (pipeline_name, created_at);

CREATE INDEX raw_data_ingested_brin_idx ON staging.raw_data USING brin (ingested_at);

CREATE INDEX uptime_log_service_idx ON monitoring.uptime_log (service_name, "timestamp");

CREATE INDEX emails_user_idx ON public.emails (user_id);

CREATE INDEX phone_numbers_user_idx ON public.phone_numbers (user_id);

CREATE MATERIALIZED VIEW public.mv_hourly_stats AS
SELECT
  date_trunc('hour', event_time) AS hour,
  event_type,
  count(*) AS event_count,
  count(DISTINCT user_id) AS unique_users
FROM public.events
GROUP BY
  1,
  events.event_type;

CREATE MATERIALIZED VIEW public.mv_stats_total AS
SELECT
  count(*) AS total_events,
  count(DISTINCT user_id) AS total_users,
  now() AS refreshed_at
FROM public.events;

CREATE UNIQUE INDEX mv_hourly_stats_key ON public.mv_hourly_stats (hour, event_type);

CREATE UNIQUE INDEX mv_stats_total_key ON public.mv_stats_total (refreshed_at);

COMMENT ON COLUMN public.generation_data.power_output IS 'megawatts';
