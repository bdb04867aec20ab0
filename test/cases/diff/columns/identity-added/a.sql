create table public.t (id bigint primary key, v text);
