create domain public.code as varchar(10) constraint short check (length(value) < 9);
create table public.t (id int primary key, c public.code);
