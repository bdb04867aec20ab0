create table public.authors (id bigint primary key, name text not null);
create table public.books (id int primary key, author_id bigint, title text not null);
alter table public.books add constraint books_author foreign key (author_id) references public.authors (id);
