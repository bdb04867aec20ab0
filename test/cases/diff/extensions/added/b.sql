create extension citext;
create extension pg_trgm;
create table public.t (id int primary key, v text, w citext);
create index t_v on public.t using gin (v gin_trgm_ops);
