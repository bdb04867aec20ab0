create table public.t (id int primary key, name text, at timestamptz);
