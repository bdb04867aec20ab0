create table public.cust (id int not null, name text, n int);
create table public.other (id int);
create unique index cust_id on public.other (id);
