-- What the seeder has to know of each table that is no partition: its columns, the literals in the bounds of its partitions, and
-- which rows its constraints let in.
with recursive tree as (
    select c.oid as root, c.oid, c.relkind, c.relpartbound from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition
       and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'gigarow')
    union all
    select t.root, c.oid, c.relkind, c.relpartbound
      from tree t join pg_inherits i on i.inhparent = t.oid join pg_class c on c.oid = i.inhrelid where c.relispartition
  ),
  base as (
    -- Through domains and arrays to the type that says what a value looks like.
    select oid, oid as under, false as is_array from pg_type where typtype <> 'd' and typelem = 0
    union all
    select t.oid, b.under, b.is_array from pg_type t join base b on t.typtype = 'd' and t.typbasetype = b.oid
  )
select c.oid::regclass::text as name, c.relkind = 'p' as partitioned,
       (select json_agg(json_build_object(
          'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'base', coalesce(u.typname, e.typname, y.typname), 'isArray', y.typelem <> 0 and y.typlen = -1,
          'labels', (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid in (u.oid, e.oid)),
          'nullable', not exists (select from tree t join pg_attribute l on l.attrelid = t.oid where t.root = c.oid and l.attname = a.attname and l.attnotnull),
          'filled', a.attidentity <> '' or a.attgenerated <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval%', false),
          'key', exists (select from tree t join pg_partitioned_table p on p.partrelid = t.oid
                           join pg_attribute k on k.attrelid = t.oid and k.attnum = any (p.partattrs::int2[])
                          where t.root = c.oid and k.attname = a.attname),
          'hash', exists (select from tree t join pg_partitioned_table p on p.partrelid = t.oid and p.partstrat = 'h'
                           join pg_attribute k on k.attrelid = t.oid and k.attnum = any (p.partattrs::int2[])
                          where t.root = c.oid and k.attname = a.attname)) order by a.attnum)
          from pg_attribute a join pg_type y on y.oid = a.atttypid
          left join base b on b.oid = y.oid left join pg_type u on u.oid = b.under left join pg_type e on e.oid = y.typelem and y.typlen = -1
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       coalesce((select json_agg(pg_get_expr(t.relpartbound, t.oid) order by t.oid) from tree t
          where t.root = c.oid and t.relpartbound is not null), '[]') as bounds,
       coalesce((select json_agg(json_build_object('to', k.confrelid::regclass::text,
          'columns', (select json_agg(attname order by o) from unnest(k.conkey) with ordinality u (n, o) join pg_attribute on attrelid = k.conrelid and attnum = n),
          'target', (select json_agg(attname order by o) from unnest(k.confkey) with ordinality u (n, o) join pg_attribute on attrelid = k.confrelid and attnum = n)))
          from pg_constraint k join tree t on t.oid = k.conrelid where t.root = c.oid and k.contype = 'f' and k.conparentid = 0), '[]') as "foreignKeys",
       coalesce((select json_agg(json_build_object('expression', pg_get_expr(k.conbin, k.conrelid),
          'columns', (select json_agg(attname) from pg_attribute where attrelid = k.conrelid and attnum = any (k.conkey))))
          from pg_constraint k join tree t on t.oid = k.conrelid where t.root = c.oid and k.contype = 'c' and t.oid = c.oid), '[]') as checks,
       coalesce((select json_agg((select json_agg(attname) from pg_attribute where attrelid = c.oid and attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])))
          from pg_index i where i.indrelid = c.oid and i.indisunique and i.indexprs is null and i.indpred is null), '[]') as uniques
  from tree r join pg_class c on c.oid = r.oid where r.root = r.oid order by 1
