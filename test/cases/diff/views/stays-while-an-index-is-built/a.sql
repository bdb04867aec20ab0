create table public.t (id int primary key, name varchar(10), n int);
create view public.v as select id, name from public.t;
create view public.w as select name from public.v;
comment on view public.v is 'Names';
comment on column public.w.name is 'The name';
grant select on public.v to public;
grant select (name) on public.w to public;
create index gone on public.t (n);
