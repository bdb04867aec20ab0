create table public.t (id bigint generated always as identity primary key, v text);
