create table public.base (id int not null no inherit, name text constraint has_a_name not null, at timestamptz constraint "when" not null);
create table public.heir () inherits (public.base);
