create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t add created timestamptz not null default now(), add score numeric(10,2), add tags text[] not null default '{}';
