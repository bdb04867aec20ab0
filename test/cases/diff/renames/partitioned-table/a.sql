create table public.t (id int, at date, v text, constraint pk primary key (id, at)) partition by range (at);
create table public.p_2025 partition of public.t for values from ('2025-01-01') to ('2026-01-01');
create index by_v on public.t (v);
