-- Takes 20261121092631_initial back.

DROP TABLE public.events;

DROP TABLE public.billion_rows;
