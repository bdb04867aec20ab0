create table public.t (id int primary key, name text, n int not null default 0);
create view public.v as select id, name from public.t;
create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger v_insert instead of insert on public.v for each row execute function public.f();
create rule v_delete as on delete to public.v do instead nothing;
