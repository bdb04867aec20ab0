create table public.t (id int primary key, name text, n int not null default 0);
create statistics public.st (ndistinct, mcv) on name, n from public.t;
alter statistics public.st set statistics 500;
create statistics public.ex on (lower(name)), n from public.t;
