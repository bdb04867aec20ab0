create schema "odd; schema";
create table "odd; schema"."Events; drop table x" ("the id" int not null, "v.v" text, constraint "p k" primary key ("the id")) partition by range ("the id");
create table "odd; schema"."leaf ""1""" partition of "odd; schema"."Events; drop table x" for values from (0) to (100);
create table "odd; schema"."leaf ""2"".x" partition of "odd; schema"."Events; drop table x" for values from (100) to (200);
create index "in;dex ""v""" on "odd; schema"."Events; drop table x" ("v.v");
