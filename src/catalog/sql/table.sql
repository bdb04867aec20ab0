-- name: relation
-- $1 schema, $2 name
select c.oid::int8::text as oid, c.relkind::text as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')

-- name: columns
-- $1 table oid
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
       a.atthasdef or a.attidentity <> '' as has_default, a.attgenerated <> '' as generated, a.attidentity = 'a' as always,
       pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) as sequence
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
 where a.attrelid = $1::int8::oid and a.attnum > 0 and not a.attisdropped
 order by a.attnum

-- name: leaves
-- $1 table oid; a plain table is its own only leaf
select c.oid::int8::text as oid, n.nspname as schema, c.relname as name, c.relkind = 'f' as is_foreign, c.relpersistence = 'u' as unlogged,
       coalesce((select option_value from pg_options_to_table(c.reloptions) where option_name = 'autovacuum_enabled'), '') as autovacuum
  from pg_partition_tree($1::int8::oid::regclass) t join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
 where t.isleaf
union all
select c.oid::int8::text, n.nspname, c.relname, false, c.relpersistence = 'u',
       coalesce((select option_value from pg_options_to_table(c.reloptions) where option_name = 'autovacuum_enabled'), '')
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.oid = $1::int8::oid and c.relkind = 'r' and not c.relispartition
 order by 2, 3

-- name: indexes
-- $1 table oid; of the table and of all its partitions, attached ones with the index they belong to.
-- By name: a load that has built several side by side has given them their oids in any order.
select ic.oid::int8::text as oid, ic.relname as name, ns.nspname as schema, tc.relname as table_name, tc.relkind = 'p' as partitioned, t.level,
       i.indisvalid as valid, pg_get_indexdef(i.indexrelid) as definition, i.indpred is not null as partial,
       array(select a.attname::text from unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) with ordinality k (num, place)
               left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num and k.num > 0 order by k.place) as key_columns,
       (select h.inhparent::int8::text from pg_inherits h where h.inhrelid = i.indexrelid) as parent, array_to_string(ic.reloptions, ', ') as options,
       case when ic.reltablespace = 0 then null else (select spcname from pg_tablespace where oid = ic.reltablespace) end as tablespace,
       obj_description(i.indexrelid, 'pg_class') as comment, i.indisreplident as replica_identity, i.indisclustered as clustered,
       exists (select from pg_attribute a where a.attrelid = i.indexrelid and coalesce(a.attstattarget, -1) >= 0) as has_statistics,
       k.conname as constraint_name,
       -- WITHOUT OVERLAPS: a key, but made as an exclusion constraint is
       case when k.conexclop is null then k.contype else 'x' end::text as constraint_type, pg_get_constraintdef(k.oid) as constraint_definition,
       k.condeferrable as deferrable, k.condeferred as deferred, obj_description(k.oid, 'pg_constraint') as constraint_comment
  from (select $1::int8::oid as relid, 0 as level
        union select relid, level from pg_partition_tree($1::int8::oid::regclass) where level > 0) t
  join pg_index i on i.indrelid = t.relid
  join pg_class ic on ic.oid = i.indexrelid
  join pg_class tc on tc.oid = i.indrelid
  join pg_namespace ns on ns.oid = tc.relnamespace
  left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
 order by t.level, ns.nspname, tc.relname, i.indisprimary desc, ic.relname

-- name: foreign_keys
-- $1 table oid; those of the table and those that point at it, each once (copies on partitions have conparentid)
select k.conname as name, ns.nspname as schema, c.relname as table_name, pg_get_constraintdef(k.oid) as definition,
       k.convalidated as validated, obj_description(k.oid, 'pg_constraint') as comment,
       c.relkind = 'r' and (select relkind = 'r' from pg_class where oid = k.confrelid) as plain
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace ns on ns.oid = c.relnamespace
 where k.contype = 'f' and k.conparentid = 0 and (k.conrelid = $1::int8::oid or k.confrelid = $1::int8::oid)
 order by ns.nspname, c.relname, k.conname
