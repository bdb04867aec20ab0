create table public.users (id int primary key, name text, mail text);
create view public.names as select name from public.users;
