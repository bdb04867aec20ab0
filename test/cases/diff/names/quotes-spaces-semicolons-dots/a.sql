create schema "a.b; c";
create table "a.b; c"."T ""q"" 'x'" ("the; id" int primary key, "select" text, "a.b" int not null);
