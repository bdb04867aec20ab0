create schema "s; p";
create table "s; p"."T ""1""" ("a b" int not null, "c.d" text);
create materialized view "s; p"."V; drop" as select "c.d", max("a b") as "sum of ""a b""" from "s; p"."T ""1""" group by 1;
create unique index "i;x" on "s; p"."V; drop" ("c.d");
