create table public.authors (id int primary key, name text not null unique);
create table public.books (id int primary key, author_id int, title text not null, author_name text references public.authors (name));
