create table public.t (id int primary key, name text, n int not null default 0);
create recursive view public.r (n) as select 1 union all select n + 1 from r where n < 5;
create view public.ranked as select id, rank() over (partition by name order by n) as place from public.t;
