create table public.n (id bigint generated always as identity, at int not null, twice int generated always as (at * 2) stored, primary key (id, at)) partition by range (at);
create table public.n_1 partition of public.n for values from (0) to (100);
create table public.n_2 partition of public.n for values from (100) to (200);
