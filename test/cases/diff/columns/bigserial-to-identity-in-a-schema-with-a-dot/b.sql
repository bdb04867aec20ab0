create schema "a.b";
create table "a.b"."T" ("the id" bigint generated always as identity primary key, v text);
