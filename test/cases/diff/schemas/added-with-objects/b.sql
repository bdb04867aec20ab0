create table public.t (id int primary key, name text, n int not null default 0);
create schema "My Schema";
create view "My Schema".v as select id from public.t;
create function "My Schema".f() returns int language sql as 'select 1';
