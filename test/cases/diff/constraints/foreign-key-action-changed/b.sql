create table public.authors (id int primary key, name text not null);
create table public.books (id int primary key, author_id int, title text not null);
alter table public.books add constraint books_author foreign key (author_id) references public.authors (id) on delete cascade on update cascade;
