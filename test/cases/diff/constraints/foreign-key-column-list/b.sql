create table public.a (x int, y int, primary key (x, y));
create table public.b (id int primary key, x int, y int, constraint b_a foreign key (x, y) references public.a (x, y) on delete set null (y));
