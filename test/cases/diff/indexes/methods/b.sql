create table public.d (id int primary key, j jsonb, p point, v text, at timestamptz);
create index d_j on public.d using gin (j jsonb_path_ops);
create index d_p on public.d using gist (p);
create index d_v on public.d using hash (v);
create index d_at on public.d using brin (at) with (pages_per_range = 16);
create index d_sp on public.d using spgist (v);
