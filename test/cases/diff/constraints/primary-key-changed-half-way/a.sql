create table public.cust (id int not null, name text, n int);
alter table public.cust add constraint cust_pkey primary key (id);
create unique index cust_pkey__new on public.cust (id, n);
alter table public.cust alter n set not null;
