create table public."Table" ("User" int primary key, "order" text);
