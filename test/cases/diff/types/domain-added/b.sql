create domain public.email as text check (value like '%@%') default 'a@b';
create table public.t (id int primary key, name text, n int not null default 0, mail public.email);
