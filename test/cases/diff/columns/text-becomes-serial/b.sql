create table public.t (id bigserial, v text);
