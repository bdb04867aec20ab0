create table public.t (id int primary key, name text, n int not null default 0);
create view public.v as select id, name from public.t;
