create table public.a (x int, y int, primary key (x, y));
create table public.b (id int primary key, x int, y int);
