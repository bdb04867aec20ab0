create table public.t (id int primary key, a int not null, c int generated always as (a * 2) stored);
