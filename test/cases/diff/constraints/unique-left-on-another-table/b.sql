create table public.cust (id int not null, name text, n int);
create table public.other (id int);
alter table public.cust add constraint cust_id unique (id);
