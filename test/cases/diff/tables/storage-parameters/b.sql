create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false);
