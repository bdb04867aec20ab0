-- Takes 20260101000000_first back.

DROP TABLE public.visits;
