create table public.t (id int primary key, name text, n int not null default 0);
grant select, insert on public.t to gigarow_pairs_reader;
grant all on public.t to gigarow_pairs_writer;
