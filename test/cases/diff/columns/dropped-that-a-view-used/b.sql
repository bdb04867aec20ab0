create table public.t (id int primary key, n int not null default 0);
create view public.v as select id, n from public.t;
