create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t enable row level security;
create policy p on public.t for all to public using (n > 1) with check (n > 2);
create policy q on public.t for update using (true);
