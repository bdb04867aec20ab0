create table public.t (id int primary key, "full; name" text not null constraint filled check ("full; name" <> ''));
create index by_name on public.t (lower("full; name"));
create view public.v as select id from public.t where "full; name" <> 'x';
