create table public.t (id int primary key, name text, n int not null default 0);
create index a23456789012345678901234567890123456789012345678901234567890123 on public.t (name, n);
