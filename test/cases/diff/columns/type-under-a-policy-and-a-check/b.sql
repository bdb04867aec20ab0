create table public.t (id int primary key, name text, n bigint not null default 0, constraint n_small check (n < 1000000));
alter table public.t enable row level security;
create policy small on public.t using (n < 10);
