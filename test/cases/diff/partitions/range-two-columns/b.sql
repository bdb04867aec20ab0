create table public.r (a int not null, b text not null, v text) partition by range (a, b);
create table public.r_1 partition of public.r for values from (1, minvalue) to (10, 'm');
create table public.r_2 partition of public.r for values from (10, 'm') to (20, maxvalue);
create table public.r_3 partition of public.r for values from (30, 'a') to (40, 'z');
