create schema "a.b; c";
create table "a.b; c"."T ""q"" 'x'" ("the; id" bigint, "select" text default ';--', "a.b" int not null, constraint "p;k" primary key ("the; id"), constraint "c ""1""" check ("a.b" > -1));
create index "i; drop" on "a.b; c"."T ""q"" 'x'" ("select", "a.b");
comment on column "a.b; c"."T ""q"" 'x'"."the; id" is 'a; b';
create view "a.b; c"."v.w" as select "the; id" from "a.b; c"."T ""q"" 'x'";
create function "a.b; c"."f.f"("arg one" int) returns int language sql as 'select 1';
grant select ("select") on "a.b; c"."T ""q"" 'x'" to "gigarow_pairs Dr. ""No""";
