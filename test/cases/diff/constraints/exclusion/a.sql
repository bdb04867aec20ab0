create table public.b (id int primary key, during tstzrange not null);
