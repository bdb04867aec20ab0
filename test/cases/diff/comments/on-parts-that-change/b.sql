create domain public.code as text constraint short check (length(value) < 8) constraint filled check (value <> '');
create type public.pair as (b text, c bigint);
create type public.moved as (b text, a int);
create table public.t (id int primary key, c public.code);
comment on constraint short on domain public.code is 'short';
comment on constraint filled on domain public.code is 'not empty';
comment on column public.pair.b is 'text';
comment on column public.pair.c is 'third';
comment on column public.moved.a is 'first of moved';
