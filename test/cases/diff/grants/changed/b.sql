create table public.t (id int primary key, name text, n int not null default 0);
grant select on public.t to gigarow_pairs_reader with grant option;
grant update on public.t to "gigarow_pairs Dr. ""No""";
