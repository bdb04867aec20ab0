create table public.t (id int not null, v text) partition by hash (id);
create table public.t_1 partition of public.t for values with (modulus 1, remainder 0);
