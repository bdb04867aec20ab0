create table public.t (id int, name text, constraint pk primary key (id));
create index by_name on public.t (name);
create view public.v as select name from public.t;
