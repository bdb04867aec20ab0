create table public.m (id bigint not null, a int not null, b text) partition by range (a);
create table public.m_1 partition of public.m for values from (0) to (100);
create table public.m_2 partition of public.m for values from (100) to (200);
alter table public.m add primary key (id, a, b);
