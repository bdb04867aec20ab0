create schema other;
create table other.m (id int primary key, v text);
