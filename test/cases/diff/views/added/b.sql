create table public.t (id int primary key, name text, n int not null default 0);
create view public.v as select id, name from public.t where n > 0;
create view public.w with (security_barrier = true) as select v.id, t.n from public.v join public.t using (id);
