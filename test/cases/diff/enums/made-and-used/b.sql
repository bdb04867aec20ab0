create type public."Mood; x" as enum ('it''s', 'b "c"', '');
create table public.t (id int primary key, name text, n int not null default 0, mood public."Mood; x" default 'it''s');
