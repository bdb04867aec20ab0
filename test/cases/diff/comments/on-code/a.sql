create table public.t (id int primary key, name text, n int not null default 0);
create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger g before insert on public.t for each row execute function public.f();
create policy p on public.t using (true);
create rule r as on update to public.t do also nothing;
create statistics public.st on name, n from public.t;
