create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t set (fillfactor = 90, parallel_workers = 4);
