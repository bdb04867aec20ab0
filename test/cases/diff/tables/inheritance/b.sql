create table public.base (id int not null, v text);
create table public.child (extra int) inherits (public.base);
