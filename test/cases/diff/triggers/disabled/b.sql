create table public.t (id int primary key, name text, n int not null default 0);
create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t_a before insert on public.t for each row execute function public.f();
create trigger t_b before insert on public.t for each row execute function public.f();
alter table public.t disable trigger t_a;
alter table public.t enable always trigger t_b;
