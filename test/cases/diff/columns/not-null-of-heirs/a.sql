create table public.base (id int not null, name text not null no inherit, at timestamptz not null);
create table public.heir () inherits (public.base);
