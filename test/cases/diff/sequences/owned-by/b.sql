create table public.t (id int primary key, name text, n int not null default 0);
create sequence public.t_seq owned by public.t.id;
