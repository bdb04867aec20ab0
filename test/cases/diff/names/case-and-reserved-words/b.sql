create table public."Table" ("User" int primary key, "order" text not null, "Group" int);
create unique index "Index" on public."Table" ("order", "User");
create sequence public."Sequence" owned by public."Table"."Group";
