create table public.t (id int primary key, name text, n int not null default 0);
create function public."f; drop ""x"""(v text) returns text language plpgsql as $body$ begin return 'it''s $$ ' || v; end; $body$;
