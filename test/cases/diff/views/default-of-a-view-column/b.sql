create function three() returns int language sql as 'select 3';
create table t (id int, old int, a bigint, b int);
create view v as select id, b from t;
alter view v alter column b set default three();
create view w as select id, a, b from t;
alter view w alter column a set default 5;
alter view w alter column b set default 7;
