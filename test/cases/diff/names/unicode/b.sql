create table public."Ünïcödé 表" (id int primary key, "naïve" text, "🙂" int);
create index "ïndex 🙂" on public."Ünïcödé 表" ("naïve");
