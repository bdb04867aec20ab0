create table public.users (id int);

create tabel public.x (id int);
