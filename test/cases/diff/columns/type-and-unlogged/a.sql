create table t (id integer primary key, n integer, v text collate "C");
