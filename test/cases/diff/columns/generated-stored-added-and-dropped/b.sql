create table public.t (id int primary key, a int not null, b int not null, c int generated always as (a + b) stored);
