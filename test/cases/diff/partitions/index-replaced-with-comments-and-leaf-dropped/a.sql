create table public.m (id bigint not null, a int not null, b text) partition by range (a);
create table public.m_1 partition of public.m for values from (0) to (10);
create table public.m_2 partition of public.m for values from (10) to (20);
create table public.m_3 partition of public.m for values from (20) to (30) partition by list (b);
create table public.m_3_x partition of public.m_3 for values in ('x');
create table public.m_3_rest partition of public.m_3 default;
create index m_b on public.m (b);
comment on index public.m_b is 'of the whole';
comment on index public.m_1_b_idx is 'of one';
