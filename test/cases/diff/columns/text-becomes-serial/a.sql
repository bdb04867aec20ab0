create table public.t (id text not null, v text);
