create sequence public.t_numbers as int;
create table public.t (id int default nextval('public.t_numbers') primary key, v text);
alter sequence public.t_numbers owned by public.t.id;
create sequence public.d_down increment by -1 start with -10;
create table public.d (id int default nextval('public.d_down') primary key, v text);
alter sequence public.d_down owned by public.d.id;
