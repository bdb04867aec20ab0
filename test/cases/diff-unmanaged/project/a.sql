create table t (id int);
create domain d as int;
