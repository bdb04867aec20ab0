create schema s;
create type s.e as enum ('a');
create domain s.d as int constraint positive check (value > 0);
create type s.c as (x int);
create sequence s.q;
create table s.t (id int constraint t_pk primary key, v s.e, constraint c check (id > 0));
create index i on s.t (v);
create view s.v as select id from s.t;
create function s.f(a int) returns int language sql as 'select a';
