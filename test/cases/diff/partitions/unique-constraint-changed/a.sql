create table public.m (id bigint not null, a int not null, b text not null, c text) partition by range (a);
create table public.m_1 partition of public.m for values from (0) to (100) partition by list (b);
create table public.m_1_x partition of public.m_1 for values in ('x');
create table public.m_1_rest partition of public.m_1 default;
create table public.m_2 partition of public.m for values from (100) to (200);
alter table public.m add constraint one_each unique (id, a, b);
alter table public.m add primary key (id, a, b);
