-- name: partition_tree
-- $1 table oid; it and all its partitions, parents first. Bounds are printed for TimeZone UTC, DateStyle ISO: set them before
select c.oid::int8::text as oid, t.parentrelid::oid::int8::text as parent, n.nspname as schema, c.relname as name, t.isleaf as is_leaf,
       pg_get_expr(c.relpartbound, c.oid) as bound, p.partstrat::text as strategy,
       (select jsonb_agg(jsonb_build_object(
                 'column', a.attname,
                 'usualOperators', oc.opcdefault and oc.oid < 16384,
                 'deterministic', coalesce(co.collisdeterministic, true),
                 'bytewise', coalesce(n2.nspname = 'pg_catalog' and (co.collname in ('C', 'POSIX') or co.collname = 'default' and d.bytewise), true))
                 order by k.ord)
          from unnest(p.partattrs::int2[], p.partclass::oid[], p.partcollation::oid[]) with ordinality as k (attnum, opclass, ordering, ord)
          left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum and k.attnum > 0
          join pg_opclass oc on oc.oid = k.opclass
          left join pg_collation co on co.oid = k.ordering
          left join pg_namespace n2 on n2.oid = co.collnamespace) as key,
       c.relrowsecurity as row_security, c.relhasrules as rules,
       -- statement triggers that an INSERT fires (4), and those of TRUNCATE (32); bit 1 is for each row
       exists (select from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal and g.tgenabled <> 'D' and g.tgtype & 1 = 0 and g.tgtype & 4 = 4) as insert_triggers,
       exists (select from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal and g.tgenabled <> 'D' and g.tgtype & 32 = 32) as truncate_triggers,
       has_table_privilege(c.oid, 'insert') as may_insert, has_table_privilege(c.oid, 'truncate') as may_truncate,
       (select coalesce(jsonb_object_agg(a.attname, case a.attidentity when '' then coalesce(pg_get_expr(e.adbin, e.adrelid), '') end), '{}')
          from pg_attribute a left join pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as defaults,
       d.encoding, d.wal_level
  from pg_partition_tree($1::int8::oid::regclass) t
  join pg_class c on c.oid = t.relid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_partitioned_table p on p.partrelid = c.oid
  -- datlocprovider came with PostgreSQL 15
  cross join (select pg_encoding_to_char(encoding) as encoding, current_setting('wal_level') as wal_level,
                     case coalesce(to_jsonb(pg_database) ->> 'datlocprovider', 'c') when 'b' then true when 'c' then datcollate in ('C', 'POSIX') else false end as bytewise
                from pg_database where datname = current_database()) d
 order by t.level, n.nspname, c.relname
