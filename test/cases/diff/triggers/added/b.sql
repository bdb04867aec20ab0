create table public.t (id int primary key, name text, n int not null default 0);
create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t_row before insert or update of name on public.t for each row when (new.n > 0) execute function public.f('a', 'it''s');
create trigger t_statement after delete on public.t referencing old table as gone for each statement execute function public.f();
create constraint trigger t_check after insert on public.t deferrable initially deferred for each row execute function public.f();
