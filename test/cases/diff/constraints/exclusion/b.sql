create table public.b (id int primary key, during tstzrange not null, constraint no_overlap exclude using gist (during with &&) where (id > 0));
