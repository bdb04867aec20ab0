create table public.t (id int primary key, name text, n int not null default 0);
create view public.v as select id, name, n from public.t;
create view public.w as select id, n from public.v;
comment on view public.w is 'Upper';
grant select on public.w to gigarow_pairs_reader;
