create table public.t (id int primary key, name text, n int not null default 0);
create view public.v with (security_invoker = true) as select id, name from public.t;
