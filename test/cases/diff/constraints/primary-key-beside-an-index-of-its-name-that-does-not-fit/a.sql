create table public.cust (id int not null, name text, n int);
create index cust_pkey on public.cust (n, id);
create unique index cust_name on public.cust (name, id) where n > 0;
