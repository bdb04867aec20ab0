create table public.t (id bigint primary key, v varchar(50), w bigint, x numeric(12,2));
create index t_w on public.t (w);
