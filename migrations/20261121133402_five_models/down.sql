-- Takes 20261121133402_five_models back.

DROP MATERIALIZED VIEW public.mv_stats_total;

DROP MATERIALIZED VIEW public.mv_hourly_stats;

ALTER TABLE public.phone_numbers
  DROP CONSTRAINT phone_numbers_user_id_users_id_fk RESTRICT;

ALTER TABLE public.emails
  DROP CONSTRAINT emails_user_id_users_id_fk RESTRICT;

DROP TABLE public.users;

DROP TABLE public.phone_numbers;

DROP TABLE public.emails;

DROP TABLE monitoring.uptime_log;

DROP TABLE staging.raw_data;

DROP TABLE warehouse.pipeline_logs;

DROP TABLE warehouse.fact_data_metrics;

DROP TABLE public.generation_data;

DROP SCHEMA warehouse;

DROP SCHEMA staging;

DROP SCHEMA monitoring;
