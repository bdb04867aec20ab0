CREATE TABLE public.pages (name text PRIMARY KEY);

ALTER TABLE public.visist ADD COLUMN country text;
