create table public.cust (id int not null, name text, n int);
alter table public.cust add constraint cust_pkey primary key (id);
alter table public.cust add constraint cust_name unique (id, name);
