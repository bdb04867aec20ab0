create schema "odd; schema";
create table "odd; schema"."Events; drop table x" ("the id" int not null, "v.v" text) partition by range ("the id");
create table "odd; schema"."leaf ""1""" partition of "odd; schema"."Events; drop table x" for values from (0) to (100);
