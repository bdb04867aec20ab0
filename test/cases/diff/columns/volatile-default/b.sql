create table public.t (id int primary key, token uuid not null default gen_random_uuid());
