create table public.visits (id bigserial primary key, page text not null);
