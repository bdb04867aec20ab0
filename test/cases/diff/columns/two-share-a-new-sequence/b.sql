create sequence public.s;
create table public.a (id bigint default nextval('public.s') primary key);
create table public.b (id bigint default nextval('public.s') primary key);
alter sequence public.s owned by public.a.id;
