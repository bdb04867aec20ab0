create table public.t (id int primary key, name text, n int not null default 0);
create rule r as on delete to public.t where old.n > 5 do instead nothing;
