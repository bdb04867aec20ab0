create table public."Ünïcödé 表" (id int primary key, "naïve" text);
