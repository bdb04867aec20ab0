create table public.t (id int primary key, name text, n int not null default 0);
create view public.v with (security_barrier = true) as select id, name from public.t where n > 0 with cascaded check option;
