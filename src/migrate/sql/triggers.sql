-- name: silent_constraints
-- Triggers of the server's own that keep a constraint, and do not fire: ALTER TABLE … DISABLE TRIGGER ALL, forgotten after a load.
select format('%I.%I', n.nspname, c.relname) as relation, k.conname as name, k.contype::text as type,
       to_json(array_agg(distinct format('%I.%I', tn.nspname, tc.relname))) as disabled_on
  from pg_trigger t
  join pg_constraint k on k.oid = t.tgconstraint
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_class tc on tc.oid = t.tgrelid
  join pg_namespace tn on tn.oid = tc.relnamespace
 where t.tgisinternal and t.tgenabled in ('D', 'R') and k.contype in ('f', 'u', 'p', 'x')
 group by n.nspname, c.relname, k.conname, k.contype
 order by 1, 2
