create table public.t (id int primary key, owner text not null);
