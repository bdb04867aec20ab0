create table public.t (id bigint not null, a text, primary key (id, a));
