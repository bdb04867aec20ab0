create table public.t (id int primary key, name text, n bigint not null default 0);
create view public.v as select id, n from public.t where n > 1;
create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t_n before update of n on public.t for each row when (old.n <> new.n) execute function public.f();
