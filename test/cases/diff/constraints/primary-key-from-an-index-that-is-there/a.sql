create table public.cust (id int not null, name text, n int);
create unique index cust_pkey on public.cust (id);
