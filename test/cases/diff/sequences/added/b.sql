create table public.t (id int primary key, name text, n int not null default 0);
create sequence public.numbers as int start 100 increment 5 minvalue 10 maxvalue 100000 cache 3 cycle;
