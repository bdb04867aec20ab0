create table public.cust (id int not null, n int not null);
create unique index cust_id on public.cust (id);
create table public.item (id int primary key, cust int references public.cust (id));
