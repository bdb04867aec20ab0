create table public.people (id int primary key, name text not null);
