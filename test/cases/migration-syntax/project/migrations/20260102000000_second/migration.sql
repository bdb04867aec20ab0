CREATE TABLE public.pages (name text PRIMARY KEY);

ALTER TABLE public.visits ADD COLUMN country text,;
