create table public.users (id int primary key, name text);
alter table public.users
  add foreign key (shop) references public.shops;
