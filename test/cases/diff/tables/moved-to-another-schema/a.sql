create schema other;
create table public.m (id int primary key, v text);
