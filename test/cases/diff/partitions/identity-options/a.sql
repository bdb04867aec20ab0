create table public.n (id bigint generated always as identity, at int not null) partition by range (at);
create table public.n_1 partition of public.n for values from (0) to (100);
