create table public.m (a int not null, b text not null, c int not null, v text) partition by range (a);
create table public.m_low partition of public.m for values from (0) to (100) partition by list (b);
create table public.m_low_x partition of public.m_low for values in ('x') partition by hash (c);
create table public.m_low_x_0 partition of public.m_low_x for values with (modulus 2, remainder 0);
create table public.m_low_x_1 partition of public.m_low_x for values with (modulus 2, remainder 1);
create table public.m_low_y partition of public.m_low for values in ('y');
create table public.m_high partition of public.m for values from (100) to (200);
alter table public.m add constraint c_range check (c > -2000 and c < 100000);
