create table public.t (id int primary key, name text, n int not null default 0);
create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t_row before insert or update on public.t for each row when (new.n > 0) execute function public.f();
