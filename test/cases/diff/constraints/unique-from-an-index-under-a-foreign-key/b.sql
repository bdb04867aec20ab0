create table public.cust (id int not null, n int not null);
alter table public.cust add constraint cust_id unique (id);
create table public.item (id int primary key, cust int references public.cust (id));
