create table public.persons (id int primary key, name text not null, born date);
create view public.people as select id, name from public.persons;
