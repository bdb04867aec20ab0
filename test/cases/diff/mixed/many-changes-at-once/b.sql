create type public.state as enum ('a', 'b', 'c');
create table public.new (id bigint primary key);
create table public.t (id bigint primary key, state public.state not null default 'c', name text not null, new_id bigint references public.new (id));
create view public.v as select t.id, t.name, t.state from public.t;
create index t_name on public.t (name, state);
create materialized view public.mv as select state, count(*) as n from public.v group by state;
create unique index mv_state on public.mv (state);
