create table public.t (id int primary key, name text not null constraint filled check (name <> ''));
create index by_name on public.t (lower(name));
create view public.v as select id from public.t where name <> 'x';
