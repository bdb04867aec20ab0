create table public.t (id int primary key, name text, n int not null default 0);
create table public.a (id int primary key, b_id int);
create table public.b (id int primary key, a_id int references public.a (id));
alter table public.a add constraint a_b foreign key (b_id) references public.b (id);
