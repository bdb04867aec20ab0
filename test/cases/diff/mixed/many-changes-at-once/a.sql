create type public.state as enum ('a', 'b');
create table public.old (id int primary key);
create table public.t (id int primary key, state public.state not null default 'a', name varchar(20), old_id int references public.old (id));
create view public.v as select t.id, t.name from public.t;
create index t_name on public.t (name);
