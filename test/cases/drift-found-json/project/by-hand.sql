create table public.visits (id bigserial primary key, page text, at timestamptz not null);
create index visits_at_idx on public.visits (at);
create table public.notes (id int primary key);
