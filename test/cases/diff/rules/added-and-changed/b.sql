create table public.t (id int primary key, name text, n int not null default 0);
create rule r as on delete to public.t where old.n > 6 do instead nothing;
create rule q as on insert to public.t do also select 1;
alter table public.t disable rule q;
