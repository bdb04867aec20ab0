create table public.t (id int primary key, name text, n int not null default 0);
create view public.v as select id from public.t;
create view public.w as select * from public.v;
