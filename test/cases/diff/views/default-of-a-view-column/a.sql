create function three() returns int language sql as 'select 3';
create table t (id int, old int, a int, b int);
create view v as select id, a, b from t;
alter view v alter column a set default 1;
alter view v alter column b set default 2;
create view w as select id, a from t;
alter view w alter column a set default 5;
