create table public.seen (n int);
create function public.note() returns trigger language plpgsql as $$ begin raise exception 'a trigger fired'; end $$;
create table public.n (id int primary key, v text) partition by range (id);
create table public.n_1 partition of public.n for values from (0) to (100);
create table public.n_2 partition of public.n for values from (100) to (200);
create trigger n_note after delete or update on public.n for each row execute function public.note();
