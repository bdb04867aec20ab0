create collation german (provider = icu, locale = 'de');
create type span as range (subtype = float8);
create aggregate total(int) (sfunc = int4pl, stype = int);
create table t (id int, name text collate german, s span, spans span[]);
create view v as select total(id) from t;
