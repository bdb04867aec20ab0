create table public.t (id int primary key, name text, n int not null default 0);
alter table public.t enable row level security;
alter table public.t force row level security;
create policy readers on public.t for select to gigarow_pairs_reader, gigarow_pairs_writer using (n > 0);
create policy writers on public.t as restrictive for insert to gigarow_pairs_writer with check (name <> '');
