create table public.t (id int primary key, name text, at timestamptz);
alter table public.t add constraint "named, so" not null name not valid;
