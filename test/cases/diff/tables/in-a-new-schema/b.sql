create table public.t (id int primary key, name text, n int not null default 0);
create schema shop;
create table shop.items (id int primary key, t_id int references public.t (id));
