create table t (id int);
create domain d as int;
create aggregate total(int) (sfunc = int4pl, stype = int);
create publication pub for table t;
