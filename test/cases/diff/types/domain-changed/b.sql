create domain public.code as varchar(10) default 'x' not null constraint short check (length(value) < 8) constraint filled check (value <> '');
create table public.t (id int primary key, c public.code);
