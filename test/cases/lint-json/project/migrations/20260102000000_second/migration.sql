CREATE INDEX visits_country_idx ON public.visits (country);

-- gigarow: allow drop-column nothing has read it since 4.2
ALTER TABLE public.visits DROP COLUMN country;

ALTER TABLE public.visits
  ADD COLUMN token uuid DEFAULT gen_random_uuid(),
  ADD COLUMN seen_at timestamp;
