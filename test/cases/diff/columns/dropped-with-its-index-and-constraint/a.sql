create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t add email text unique, add age int check (age > 0);
create index t_email on public.t (lower(email), n);
