create table public.o (at int not null, k int not null, n int) partition by range (at);
create table public.o1 partition of public.o for values from (0) to (100) partition by list (k);
create table public.o1a partition of public.o1 for values in (1);
create table public.o1d partition of public.o1 default;
create table public.o2 partition of public.o for values from (100) to (200);
