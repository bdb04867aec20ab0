create table public.d (id int primary key, j jsonb, p point, v text, at timestamptz);
