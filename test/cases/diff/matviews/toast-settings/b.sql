create table public.t (id int primary key, body text);
create materialized view public.m with (fillfactor = 80, toast.autovacuum_enabled = off) as select id, body from public.t;
create materialized view public.n as select body from public.t;
