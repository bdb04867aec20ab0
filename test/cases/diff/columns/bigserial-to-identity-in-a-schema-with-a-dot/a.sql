create schema "a.b";
create table "a.b"."T" ("the id" bigserial primary key, v text);
