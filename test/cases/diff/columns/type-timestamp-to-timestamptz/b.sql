create table public.t (id int primary key, at timestamptz not null default now());
