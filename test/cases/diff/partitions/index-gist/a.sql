create table public.p (id int not null, place point) partition by range (id);
create table public.p_1 partition of public.p for values from (0) to (100);
