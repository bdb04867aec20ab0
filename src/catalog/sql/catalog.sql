-- The queries of readCatalog(), one a kind of object, each once. They run in one transaction after catalog_settings, which leaves
-- the schemas to read (oids) in the setting gigarow.namespaces. Lists come as JSON: postgres.js parses that without knowing types.

-- name: catalog_settings
-- $1: names of the schemas to read as JSON, null for all. search_path is empty so that every definition is qualified.
select current_setting('server_version_num')::int / 10000 as major,
       set_config('search_path', '', true), set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true),
       set_config('IntervalStyle', 'postgres', true), set_config('extra_float_digits', '1', true),
       set_config('bytea_output', 'hex', true), set_config('quote_all_identifiers', 'off', true),
       set_config('standard_conforming_strings', 'on', true), set_config('jit', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true), set_config('work_mem', '64MB', true),
       set_config('gigarow.namespaces', (
         select coalesce(array_agg(n.oid), '{}')::text
           from pg_catalog.pg_namespace n
          where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'gigarow')
            and n.nspname !~ '^gigarow_quarantine_'
            and ($1::text is null or n.nspname in (select pg_catalog.json_array_elements_text($1::json)))
       ), true)

-- name: catalog_namespaces
-- quoted: as the server writes it in definitions
select n.oid, n.nspname as name, quote_ident(n.nspname) as quoted
  from pg_namespace n
 where n.oid = any (current_setting('gigarow.namespaces')::oid[])

-- name: catalog_extensions
select e.oid, e.extname as name, e.extversion as version, n.nspname as schema
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
 where e.extname <> 'plpgsql'

-- name: catalog_members
-- what extensions own: it comes and goes with them
select d.classid as class, d.objid as oid, d.refobjid as extension
  from pg_depend d
 where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'

-- name: catalog_types
select t.oid, t.typnamespace as namespace, t.typname as name, t.typtype::text as type, t.typrelid as relation,
       case when t.typtype = 'e' then (
         select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) end as labels,
       case when t.typtype = 'c' then (
         select json_agg(json_build_object('name', a.attname, 'position', a.attnum, 'type', format_type(a.atttypid, a.atttypmod), 'collation',
                  case when a.attcollation <> at.typcollation then a.attcollation::regcollation::text end) order by a.attnum)
           from pg_attribute a join pg_type at on at.oid = a.atttypid
          where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end as attributes,
       case when t.typtype = 'd' then (
         select json_agg(json_build_object('oid', k.oid::int8, 'name', k.conname, 'definition', pg_get_constraintdef(k.oid),
                  'validated', k.convalidated) order by k.conname)
           from pg_constraint k where k.contypid = t.oid and k.contype = 'c') end as checks,
       case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as base,
       t.typnotnull as not_null,
       case when t.typtype = 'd' then coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) end as default_value,
       case when t.typtype = 'd' and t.typcollation <> b.typcollation then t.typcollation::regcollation::text end as collation
  from pg_type t
  left join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
  left join pg_type b on b.oid = t.typbasetype
 where t.typnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
   and (t.typtype in ('e', 'd') or c.oid is not null)
 order by t.oid

-- name: catalog_sequences
-- owner: the column of a serial (a) or identity (i) column
select c.oid, c.relnamespace as namespace, c.relname as name, c.relpersistence = 'u' as unlogged,
       format_type(s.seqtypid, null) as type, s.seqstart::text as start, s.seqincrement::text as increment, s.seqmin::text as min,
       s.seqmax::text as max, s.seqcache::text as cache, s.seqcycle as cycle,
       d.refobjid as owner_table, d.refobjsubid as owner_column, a.attname as owner_name, d.deptype::text as owner_type
  from pg_class c
  join pg_sequence s on s.seqrelid = c.oid
  left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
        and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
  left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
 where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
 order by c.oid

-- name: catalog_tables
-- bytes: what VACUUM and ANALYZE have counted. The disk is asked where they have not been yet, and where they saw an empty table that
-- rows were written into since: to open 10,000 partitions costs 30 us each for the table alone and 180 us with indexes and TOAST.
-- A bound has no columns in it: without its table pg_get_expr() need not open it. quoted: where it is not the name.
select c.oid, c.relnamespace as namespace, c.relname as name, nullif(quote_ident(c.relname), c.relname) as quoted,
       c.relkind::text as kind, c.relpersistence = 'u' as unlogged,
       case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_key,
       case when c.relispartition then pg_get_expr(c.relpartbound, 0) end as bound,
       h.inhparent as parent, h.inhdetachpending as pending,
       case when h.inhparent is not null and not c.relispartition then (
         select json_agg(o.inhparent::int8 order by o.inhseqno) from pg_inherits o where o.inhrelid = c.oid) end as parents,
       to_json(c.reloptions) as options, to_json(t.reloptions) as toast_options, ts.spcname as tablespace,
       case when am.amname <> 'heap' then am.amname end as access_method,
       c.relrowsecurity as row_security, c.relforcerowsecurity as force_row_security, c.relreplident::text as replica_identity,
       case when c.relreplident = 'i' then (
         select max(ic.relname) from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid and i.indisreplident
       ) end as identity_index,
       c.relispopulated as populated, c.reltuples as rows,
       case when c.relkind = 'p' then 0
            when c.reltuples >= 0 and c.relpages > 0 then (c.relpages + coalesce(t.relpages, 0) + (
              select coalesce(sum(ic.relpages), 0) from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = c.oid
            )) * current_setting('block_size')::float8
            when (c.reltuples < 0 or pg_stat_get_tuples_inserted(c.oid) > 0) and pg_relation_size(c.oid) > 0 then pg_total_relation_size(c.oid)
            else 0 end::float8 as bytes,
       case when c.relkind = 'm' then pg_get_viewdef(c.oid) end as query
  from pg_class c
  left join pg_class t on t.oid = c.reltoastrelid and t.relkind = 't'
  left join pg_tablespace ts on ts.oid = c.reltablespace
  left join pg_am am on am.oid = c.relam
  left join pg_inherits h on h.inhrelid = c.oid and h.inhseqno = 1
 where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[]) and c.relkind in ('r', 'p', 'm')
 order by c.oid

-- name: catalog_columns
-- Of tables, and name and type of those of views. A column of a partition that is in everything its parent's is left out: 50,000 of
-- 55,000. Then the two bear one name at one position; of a generated one the text may be the same and the columns in it others.
with col as materialized (
  select a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated, a.attidentity, a.attcollation,
         a.attstorage, a.attcompression, coalesce(a.attstattarget, -1) as target, a.attoptions, a.attislocal, d.adbin, d.adrelid,
         nn.convalidated, nn.conname, nn.connoinherit, c.relkind, h.inhparent as parent
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    left join pg_inherits h on c.relispartition and h.inhrelid = c.oid and not h.inhdetachpending
    left join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_constraint nn on nn.contype = 'n' and nn.conrelid = a.attrelid and nn.conkey = array[a.attnum]
   where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
     and c.relkind in ('r', 'p', 'm', 'v') and a.attnum > 0 and not a.attisdropped
)
select a.attrelid as relation, a.attnum as position, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       a.attnotnull as not_null, not a.convalidated as not_null_invalid, a.conname as not_null_name, a.connoinherit as not_null_no_inherit,
       nullif(a.attgenerated, '')::text as generated, nullif(a.attidentity, '')::text as identity,
       pg_get_expr(a.adbin, case when a.attgenerated = '' then 0 else a.adrelid end) as default_value,
       case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
       case when a.attstorage <> t.typstorage then a.attstorage::text end as storage,
       nullif(a.attcompression, '')::text as compression,
       case when a.target >= 0 then a.target end as statistics,
       to_json(a.attoptions) as options, not a.attislocal as inherited
  from (
    select * from col a
     where not exists (
       select from col p
        where p.relkind = 'p' and p.attrelid = a.parent and p.attnum = a.attnum and not a.attislocal
          and a.attgenerated = '' and p.attgenerated = '' and p.adbin::text is not distinct from a.adbin::text
          and (p.attname, p.atttypid, p.atttypmod, p.attnotnull, p.attidentity, p.attcollation, p.attstorage, p.attcompression, p.target,
               p.attoptions, p.convalidated, p.conname, p.connoinherit)
            is not distinct from (a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attcollation, a.attstorage,
               a.attcompression, a.target, a.attoptions, a.convalidated, a.conname, a.connoinherit))
    offset 0
  ) a
  join pg_type t on t.oid = a.atttypid
 order by a.attrelid, a.attnum

-- name: catalog_constraints
-- The rows that a foreign key has for each partition of the table it points at are the server's business: they stand on the same
-- table as their parent. definition is null where it is the parent's: nothing in it is named after the table.
select k.oid, k.conrelid as relation, k.conname as name, k.contype::text as type,
       case when k.contype in ('p', 'u', 'f') and p.connamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
             and k.condeferrable = p.condeferrable and k.condeferred = p.condeferred
             and (k.contype = 'f' or i.reloptions is not distinct from pi.reloptions) then null
            else pg_get_constraintdef(k.oid) end as definition,
       k.convalidated as validated, k.conparentid as parent, k.coninhcount > 0 as inherited, k.conindid as index,
       k.confrelid as referenced
  from pg_constraint k
  left join pg_constraint p on p.oid = k.conparentid and p.contype in ('p', 'u', 'x', 'c', 'f')
  left join pg_class i on i.oid = k.conindid and i.reloptions is not null
  left join pg_class pi on pi.oid = p.conindid and pi.reloptions is not null
 where k.connamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
   and k.conrelid <> 0 and k.contype in ('p', 'u', 'x', 'c', 'f') and p.conrelid is distinct from k.conrelid
 order by k.oid

-- name: catalog_indexes
-- definition is null where it is the parent's but for the names, because pg_get_indexdef() costs 70 us: ATTACH has compared the rest,
-- but not the operator classes, the order of the keys and the storage parameters. quoted: where it is not the name.
select i.indexrelid as oid, i.indrelid as relation, c.relnamespace as namespace, c.relname as name,
       nullif(quote_ident(c.relname), c.relname) as quoted,
       case when i.indclass = pi.indclass and i.indoption = pi.indoption and c.reloptions is not distinct from pc.reloptions
             and pc.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[]) then null
            else pg_get_indexdef(i.indexrelid) end as definition,
       c.relkind = 'I' as partitioned, i.indisunique as unique, i.indisvalid as valid, i.indisclustered as clustered,
       i.indkey::text as columns, h.inhparent as parent, ts.spcname as tablespace,
       case when i.indexprs is not null then (
         select json_object_agg(a.attnum, a.attstattarget) from pg_attribute a
          where a.attrelid = i.indexrelid and a.attstattarget >= 0) end as statistics
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  left join pg_inherits h on h.inhrelid = i.indexrelid
  left join pg_index pi on pi.indexrelid = h.inhparent
  left join pg_class pc on pc.oid = h.inhparent
  left join pg_tablespace ts on ts.oid = c.reltablespace
 where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
 order by i.indexrelid

-- name: catalog_views
select c.oid, c.relnamespace as namespace, c.relname as name, pg_get_viewdef(c.oid) as query, to_json(c.reloptions) as options
  from pg_class c
 where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[]) and c.relkind = 'v'
 order by c.oid

-- name: catalog_rules
-- definition is null for the rules that views are made of
select r.oid, r.ev_class as relation, r.rulename as name, r.ev_enabled::text as enabled,
       case when r.rulename <> '_RETURN' then pg_get_ruledef(r.oid) end as definition
  from pg_rewrite r join pg_class c on c.oid = r.ev_class
 where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
 order by r.oid

-- name: catalog_routines
-- Without those that come with a range type.
select p.oid, p.pronamespace as namespace, p.proname as name, p.prokind::text as kind, oidvectortypes(p.proargtypes) as types,
       pg_get_function_identity_arguments(p.oid) as arguments, pg_get_functiondef(p.oid) as definition,
       pg_get_function_result(p.oid) as result
  from pg_proc p
 where p.pronamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[]) and p.prokind in ('f', 'p', 'w')
   and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
 order by p.oid

-- name: catalog_triggers
-- Those that keep foreign keys and deferrable keys are the server's; before 15 so were, by name, the copies on partitions.
select t.oid, t.tgrelid as relation, t.tgname as name, pg_get_triggerdef(t.oid) as definition, t.tgenabled::text as enabled,
       t.tgparentid as parent, t.tgconstraint as constraint
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  left join pg_constraint k on k.oid = t.tgconstraint
 where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
   and (not t.tgisinternal or t.tgparentid <> 0 and coalesce(k.contype, 't') = 't')
 order by t.oid

-- name: catalog_policies
select p.oid, p.polrelid as relation, p.polname as name, p.polpermissive as permissive, p.polcmd::text as command,
       (select json_agg(coalesce(quote_ident(r.rolname), 'public') order by r.rolname)
          from unnest(p.polroles) as granted (oid) left join pg_roles r on r.oid = granted.oid) as roles,
       pg_get_expr(p.polqual, p.polrelid) as using_expression, pg_get_expr(p.polwithcheck, p.polrelid) as check_expression
  from pg_policy p join pg_class c on c.oid = p.polrelid
 where c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
 order by p.oid

-- name: catalog_statistics
select s.oid, s.stxnamespace as namespace, s.stxname as name, s.stxrelid as relation, pg_get_statisticsobjdef(s.oid) as definition,
       case when s.stxstattarget >= 0 then s.stxstattarget end as target
  from pg_statistic_ext s
 where s.stxnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
 order by s.oid

-- name: catalog_grants
-- What PUBLIC may by default (EXECUTE, USAGE) is not listed, and a row without privileges where that was revoked.
with object (class, oid, sub, type, owner, acl) as (
  select 'pg_class'::regclass, oid, 0, case relkind when 'S' then 's' else 'r' end::"char", relowner, relacl
    from pg_class where relacl is not null and relkind in ('r', 'p', 'v', 'm', 'S')
     and relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
  union all
  select 'pg_class'::regclass, a.attrelid, a.attnum, 'c', c.relowner, a.attacl
    from pg_attribute a join pg_class c on c.oid = a.attrelid
   where a.attacl is not null and c.relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
  union all
  select 'pg_proc'::regclass, oid, 0, 'f', proowner, proacl from pg_proc
   where proacl is not null and pronamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
  union all
  select 'pg_type'::regclass, oid, 0, 'T', typowner, typacl from pg_type
   where typacl is not null and typnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
  union all
  select 'pg_namespace'::regclass, oid, 0, 'n', nspowner, nspacl from pg_namespace
   where nspacl is not null and oid = any (current_setting('gigarow.namespaces')::oid[])
),
usual as (
  select o.class, o.oid, o.sub, d.privilege_type
    from object o cross join lateral aclexplode(acldefault(o.type, o.owner)) d
   where d.grantee = 0 and o.type in ('f', 'T')
),
actual as (
  select o.class, o.oid, o.sub, a.grantee, a.privilege_type, bool_or(a.is_grantable) as grantable
    from object o cross join lateral aclexplode(o.acl) a
   where a.grantee <> o.owner
   group by 1, 2, 3, 4, 5
)
select a.class::oid, a.oid, a.sub, coalesce(r.rolname, 'public') as role,
       json_agg(json_build_object('name', a.privilege_type, 'grantable', a.grantable) order by a.privilege_type) as privileges
  from actual a left join pg_roles r on r.oid = a.grantee
 where a.grantee <> 0 or not exists (select from usual u where (u.class, u.oid, u.sub, u.privilege_type) = (a.class, a.oid, a.sub, a.privilege_type))
 group by 1, 2, 3, 4
union all
select u.class::oid, u.oid, u.sub, 'public', '[]'
  from usual u
 where not exists (select from actual a
                    where a.grantee = 0 and (u.class, u.oid, u.sub, u.privilege_type) = (a.class, a.oid, a.sub, a.privilege_type))

-- name: catalog_owners
-- of what is not the reader's own
with mine (oid) as (select oid from pg_roles where rolname = current_user)
select 'pg_class'::regclass::oid as class, oid, pg_get_userbyid(relowner) as owner from pg_class
 where relkind in ('r', 'p', 'v', 'm', 'S') and relnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
   and relowner <> (select oid from mine)
union all
select 'pg_proc'::regclass, oid, pg_get_userbyid(proowner) from pg_proc
 where pronamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[]) and proowner <> (select oid from mine)
union all
select 'pg_type'::regclass, oid, pg_get_userbyid(typowner) from pg_type
 where typtype in ('e', 'd', 'c') and typnamespace = any ((select current_setting('gigarow.namespaces')::oid[])::oid[])
   and typowner <> (select oid from mine)
union all
select 'pg_namespace'::regclass, oid, pg_get_userbyid(nspowner) from pg_namespace
 where oid = any (current_setting('gigarow.namespaces')::oid[]) and nspowner <> (select oid from mine)

-- name: catalog_reader
select current_user as name

-- name: catalog_comments
select d.classoid as class, d.objoid as oid, d.objsubid as sub, d.description as text
  from pg_description d
 where d.objoid >= 16384

-- name: catalog_needs
-- Types are given as what people made: the element of an array, the table or composite type of a row. A default is its column. What a
-- plain index or a key covers, the parent of a partition and the column of a default are known from their rows; NOT NULL is part of its
-- column; a sequence does not need the column that it goes with. Lists instead of joins: each is asked only for rows of its own class.
select case when ad.oid is null then d.classid else 'pg_class'::regclass end::oid as class, coalesce(ad.adrelid, d.objid) as oid,
       coalesce(ad.adnum, d.objsubid) as sub,
       case when coalesce(nullif(e.typrelid, 0), nullif(t.typrelid, 0)) is not null then 'pg_class'::regclass else d.refclassid end::oid as ref_class,
       coalesce(nullif(e.typrelid, 0), nullif(t.typrelid, 0), e.oid, d.refobjid) as ref_oid, d.refobjsubid as ref_sub
  from (
    select * from pg_depend d
     where d.deptype in ('n', 'a', 'x') and d.objid >= 16384 and d.refclassid <> 'pg_namespace'::regclass
       and case d.classid
             when 'pg_constraint'::regclass then (d.refclassid <> 'pg_class'::regclass or d.refobjsubid = 0
               or d.objid not in (select oid from pg_constraint where contype in ('p', 'u'))
               ) and d.objid not in (select oid from pg_constraint where contype = 'n')
             when 'pg_attrdef'::regclass then d.refclassid <> 'pg_class'::regclass
               or (d.objid, d.refobjid, d.refobjsubid) not in (select oid, adrelid, adnum::int from pg_attrdef)
             when 'pg_class'::regclass then d.objid not in (select oid from pg_class where relkind = 'S')
               and (d.deptype <> 'a' or d.objid not in (select oid from pg_class where relispartition))
               and (d.refclassid <> 'pg_class'::regclass or d.objid not in (select indexrelid from pg_index where indexprs is null and indpred is null))
             else d.classid in ('pg_type'::regclass, 'pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass,
               'pg_statistic_ext'::regclass, 'pg_extension'::regclass)
           end
     offset 0
  ) d
  left join pg_attrdef ad on d.classid = 'pg_attrdef'::regclass and ad.oid = d.objid
  left join pg_type t on d.refclassid = 'pg_type'::regclass and t.oid = d.refobjid
  left join pg_type e on e.oid = t.typelem and e.typarray = t.oid

-- name: catalog_unknown
with known (oid) as (select unnest(current_setting('gigarow.namespaces')::oid[])),
object (class, oid) as (
  select 'pg_proc'::regclass, oid from pg_proc where prokind = 'a' and pronamespace in (select oid from known)
  union all
  select 'pg_class'::regclass, oid from pg_class where relkind = 'f' and relnamespace in (select oid from known)
  union all
  select 'pg_type'::regclass, t.oid from pg_type t
   where t.typnamespace in (select oid from known)
     and (t.typtype = 'r' or t.typtype in ('b', 'p') and not exists (select from pg_type e where e.oid = t.typelem and e.typarray = t.oid))
  union all
  select 'pg_operator'::regclass, oid from pg_operator where oprnamespace in (select oid from known)
  union all
  select 'pg_opclass'::regclass, oid from pg_opclass where opcnamespace in (select oid from known)
  union all
  select 'pg_opfamily'::regclass, oid from pg_opfamily where opfnamespace in (select oid from known)
  union all
  select 'pg_collation'::regclass, oid from pg_collation where collnamespace in (select oid from known)
  union all
  select 'pg_conversion'::regclass, oid from pg_conversion where connamespace in (select oid from known)
  union all
  select 'pg_ts_config'::regclass, oid from pg_ts_config where cfgnamespace in (select oid from known)
  union all
  select 'pg_ts_dict'::regclass, oid from pg_ts_dict where dictnamespace in (select oid from known)
  union all
  select 'pg_ts_parser'::regclass, oid from pg_ts_parser where prsnamespace in (select oid from known)
  union all
  select 'pg_ts_template'::regclass, oid from pg_ts_template where tmplnamespace in (select oid from known)
  union all
  select 'pg_cast'::regclass, oid from pg_cast
  union all
  select 'pg_transform'::regclass, oid from pg_transform
  union all
  select 'pg_language'::regclass, oid from pg_language
  union all
  select 'pg_am'::regclass, oid from pg_am
  union all
  select 'pg_foreign_data_wrapper'::regclass, oid from pg_foreign_data_wrapper
  union all
  select 'pg_foreign_server'::regclass, oid from pg_foreign_server
  union all
  select 'pg_publication'::regclass, oid from pg_publication
  union all
  select 'pg_subscription'::regclass, oid from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())
  union all
  select 'pg_event_trigger'::regclass, oid from pg_event_trigger
  union all
  select 'pg_default_acl'::regclass, oid from pg_default_acl
)
select o.class::oid, o.oid, i.type || ' ' || i.identity as label
  from object o cross join lateral pg_identify_object(o.class, o.oid, 0) i
 where o.oid >= 16384
   and not exists (select from pg_depend d where d.classid = o.class and d.objid = o.oid and d.deptype in ('e', 'i'))
 order by label
