create table public.t (id int primary key, a int not null, c int);
