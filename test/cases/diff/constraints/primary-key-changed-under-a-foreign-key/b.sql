create table public.authors (id int not null, name text not null, constraint authors_pkey primary key (id, name), constraint authors_id unique (id));
create table public.books (id int primary key, author_id int, title text not null);
alter table public.books add constraint books_author foreign key (author_id) references public.authors (id);
