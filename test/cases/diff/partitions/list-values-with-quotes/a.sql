create table public.q (v text not null, n int) partition by list (v);
create table public.q_1 partition of public.q for values in ('it''s', 'a, b', 'c) to (d');
