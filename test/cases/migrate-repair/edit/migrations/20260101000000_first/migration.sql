-- 20260101000000_first

CREATE TABLE public.visits (
  id bigserial PRIMARY KEY NOT NULL,
  page varchar(80) NOT NULL,
  at timestamp with time zone NOT NULL
);

CREATE INDEX visits_at_idx ON public.visits (at);
