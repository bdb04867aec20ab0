-- A second look at a schema, on purpose not that of the catalog module: a proof must not share the blind spots of what it proves.
-- Names of partitions' own indexes and constraints are the server's business and left out.

-- name: fingerprint
with
schemas as (
  select oid, nspname from pg_namespace
   where nspname !~ '^pg_' and nspname not in ('information_schema', 'gigarow')
     and nspname !~ '^gigarow_quarantine_'
),
owned as (
  select classid, objid from pg_depend where deptype = 'e'
),
rels as (
  select c.*, format('%I.%I', s.nspname, c.relname) as label
    from pg_class c join schemas s on s.oid = c.relnamespace
   where not exists (select from owned where classid = 'pg_class'::regclass and objid = c.oid)
)
select 'schema' as kind, nspname::text as name, '' as definition from schemas where nspname <> 'public'
union all
select 'relation', label,
       concat_ws(' ', relkind, relpersistence, case when relkind = 'p' then pg_get_partkeydef(oid) end,
                 case when relispartition then pg_get_expr(relpartbound, oid) end,
                 array_to_string(array(select o from unnest(reloptions) as o order by o), ','),
                 case when relrowsecurity then 'rls' end)
  from rels where relkind in ('r', 'p', 'v', 'm', 'S')
     and not (relkind = 'S' and exists (
           select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = rels.oid and d.deptype = 'i'))
union all
select 'parent of', r.label, i.inhparent::regclass::text || case when i.inhdetachpending then ' pending' else '' end
  from pg_inherits i join rels r on r.oid = i.inhrelid where r.relkind in ('r', 'p')
union all
select 'column', r.label || '.' || a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                 nullif(a.attidentity::text, ''), nullif(a.attgenerated::text, ''), pg_get_expr(d.adbin, d.adrelid),
                 a.attstorage, nullif(a.attcompression::text, ''))
  from rels r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
 where r.relkind in ('r', 'p', 'm', 'v')
union all
select 'constraint', r.label || case when k.conparentid <> 0 or not k.conislocal then '' else '.' || k.conname end,
       pg_get_constraintdef(k.oid)
  from pg_constraint k join rels r on r.oid = k.conrelid where k.contype in ('p', 'u', 'c', 'f', 'x')
union all
select 'index', t.label,
       concat_ws(' ', case when r.relispartition then replace(pg_get_indexdef(i.indexrelid), ' ' || quote_ident(r.relname) || ' ON', ' ON')
                           else pg_get_indexdef(i.indexrelid) end,
                 case when not i.indisvalid then 'invalid' end, case when r.relispartition then 'attached' end)
  from pg_index i join rels t on t.oid = i.indrelid join pg_class r on r.oid = i.indexrelid
union all
select 'query', label, pg_get_viewdef(oid) from rels where relkind in ('v', 'm')
union all
select 'routine', p.oid::regprocedure::text, pg_get_functiondef(p.oid)
  from pg_proc p join schemas s on s.oid = p.pronamespace
 where p.prokind in ('f', 'p') and not exists (select from owned where classid = 'pg_proc'::regclass and objid = p.oid)
union all
select 'trigger', r.label || '.' || g.tgname, pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
  from pg_trigger g join rels r on r.oid = g.tgrelid where not g.tgisinternal
union all
select 'policy', r.label || '.' || p.polname,
       concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_policy p join rels r on r.oid = p.polrelid
union all
select 'rule', r.label || '.' || w.rulename, pg_get_ruledef(w.oid)
  from pg_rewrite w join rels r on r.oid = w.ev_class where w.rulename <> '_RETURN'
union all
select 'type', t.oid::regtype::text,
       concat_ws(' ', t.typtype, case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
                 (select string_agg(quote_literal(e.enumlabel), ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
                 (select string_agg(pg_get_constraintdef(k.oid), ',' order by k.conname) from pg_constraint k where k.contypid = t.oid and k.contype = 'c'))
  from pg_type t join schemas s on s.oid = t.typnamespace
 where t.typtype in ('e', 'd') and not exists (select from owned where classid = 'pg_type'::regclass and objid = t.oid)
union all
select 'statistics', x.stxname::text, pg_get_statisticsobjdef(x.oid)
  from pg_statistic_ext x join schemas s on s.oid = x.stxnamespace
union all
select 'extension', extname::text, '' from pg_extension where extname <> 'plpgsql'
union all
select 'comment', d.objoid::regclass::text || '.' || d.objsubid, d.description
  from pg_description d join rels r on r.oid = d.objoid
 where d.classoid = 'pg_class'::regclass and r.relkind in ('r', 'p', 'v', 'm') and d.objsubid = 0
order by 1, 2, 3
