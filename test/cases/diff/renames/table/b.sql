create table public.u (id int, name text, extra int, constraint pk primary key (id));
create index by_name on public.u (name);
create view public.v as select name from public.u;
