create table public.t (id int primary key, at timestamp not null default now());
