create table public.visits (id bigserial primary key, page text not null, at timestamptz not null, seconds int);
create index visits_at_idx on public.visits (at);
