-- A database's schema as lines of text that are the same for two databases exactly when their schemas are. Written for judging
-- src/catalog and src/diff, so it shares nothing with them. What only newer servers have is read through to_jsonb().
-- Left out: the schema gigarow, owners, oids, estimates, the order of columns, and names that the server chose itself: of indexes and
-- constraints of partitions that stand under their parent's, of NOT NULL constraints, of clones of triggers.
with recursive
  member as (select classid, objid from pg_depend where deptype = 'e'),
  ns as (
    select n.oid, n.nspname from pg_namespace n
     where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'gigarow')
       and not exists (select from member where classid = 'pg_namespace'::regclass and objid = n.oid)
  ),
  rel as (
    select c.*, format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join ns n on n.oid = c.relnamespace
     where not exists (select from member where classid = 'pg_class'::regclass and objid = c.oid)
  ),
  tab as (select * from rel where relkind in ('r', 'p')),
  seqopt as (
    select seqrelid, format('as %s start %s increment %s min %s max %s cache %s%s', format_type(seqtypid, null), seqstart,
           seqincrement, seqmin, seqmax, seqcache, case when seqcycle then ' cycle' else '' end) as text
      from pg_sequence
  ),
  owned as (
    select d.objid as sequence, d.refobjid as relation, d.refobjsubid as position, d.deptype
      from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
     where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
  ),
  topcon as (
    select oid, oid as top from pg_constraint where conparentid = 0
    union all
    select k.oid, t.top from pg_constraint k join topcon t on k.conparentid = t.oid
  ),
  acl as (
    select format('%s %s', case relkind when 'S' then 'sequence' else 'relation' end, name) as what, relowner as owner,
           coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)) as list
      from rel where relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select format('column %s.%I', r.name, a.attname), r.relowner, a.attacl
      from rel r join pg_attribute a on a.attrelid = r.oid where a.attacl is not null
    union all
    select format('schema %I', n.nspname), n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
      from pg_namespace n join ns using (oid)
    union all
    select format('routine %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), p.proowner,
           coalesce(p.proacl, acldefault('f', p.proowner))
      from pg_proc p join ns n on n.oid = p.pronamespace
     where not exists (select from member where classid = 'pg_proc'::regclass and objid = p.oid)
    union all
    select format('type %I.%I', n.nspname, t.typname), t.typowner, coalesce(t.typacl, acldefault('T', t.typowner))
      from pg_type t join ns n on n.oid = t.typnamespace
     where t.typtype in ('e', 'd') or (t.typtype = 'c' and t.typrelid in (select oid from rel where relkind = 'c'))
  ),
  line(text) as (

select format('schema %I', nspname) from ns where nspname <> 'public'
union all
select format('extension %I schema %I version %s', e.extname, n.nspname, e.extversion)
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql'

-- Tables
union all
select concat_ws(' ', 'table', t.name, case t.relkind when 'p' then 'partitioned by ' || pg_get_partkeydef(t.oid) end,
       case t.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end,
       'tablespace ' || s.spcname, 'access method ' || nullif(m.amname, 'heap'),
       'with ' || (select string_agg(o, ', ' order by o) from unnest(t.reloptions) o),
       'toast with ' || (select string_agg(o, ', ' order by o) from unnest(x.reloptions) o),
       case when t.relrowsecurity then 'row security' end, case when t.relforcerowsecurity then 'forced' end,
       case t.relreplident when 'n' then 'replica identity nothing' when 'f' then 'replica identity full' when 'i' then 'replica identity index'
         || coalesce((select ' ' || coalesce(r.relname, c.relname) from pg_index i join pg_class c on c.oid = i.indexrelid
                        left join pg_class r on r.oid = pg_partition_root(c.oid) where i.indrelid = t.oid and i.indisreplident), ' lost') end)
  from tab t left join pg_tablespace s on s.oid = t.reltablespace left join pg_am m on m.oid = t.relam
  left join pg_class x on x.oid = t.reltoastrelid
union all
select concat_ws(' ', 'partition', t.name, 'of', format('%I.%I', n.nspname, p.relname), pg_get_expr(t.relpartbound, t.oid),
       case when i.inhdetachpending then 'detach pending' end)
  from tab t join pg_inherits i on i.inhrelid = t.oid join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace
 where t.relispartition
union all
select format('table %s inherits %s', t.name, string_agg(format('%I.%I', n.nspname, p.relname), ', ' order by i.inhseqno))
  from tab t join pg_inherits i on i.inhrelid = t.oid join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace
 where not t.relispartition group by t.name

-- Columns; of materialized views what is more than their query
union all
select concat_ws(' ', 'column', format('%s.%I', t.name, a.attname), format_type(a.atttypid, a.atttypmod),
       case when a.attcollation <> y.typcollation then 'collate ' || format('%I.%I', cn.nspname, co.collname) end,
       case when a.attnotnull then 'not null' || coalesce((
         select concat(case when not k.convalidated then ' not valid' end, case when k.connoinherit then ' no inherit' end)
           from pg_constraint k where k.conrelid = t.oid and k.contype = 'n' and k.conkey = array[a.attnum]), '') end,
       case a.attgenerated when '' then 'default ' when 's' then 'stored as ' else 'virtual as ' end || pg_get_expr(d.adbin, d.adrelid),
       case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
       (select '(' || q.text || ')' from owned o join seqopt q on q.seqrelid = o.sequence
         where o.deptype = 'i' and o.relation = t.oid and o.position = a.attnum),
       'storage ' || a.attstorage::text, 'compression ' || nullif(a.attcompression::text, ''),
       'statistics ' || nullif(a.attstattarget, -1), 'options ' || (select string_agg(o, ', ' order by o) from unnest(a.attoptions) o),
       case when a.attinhcount > 0 then 'inherited' end)
  from rel t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  join pg_type y on y.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
  left join pg_collation co on co.oid = a.attcollation left join pg_namespace cn on cn.oid = co.collnamespace
 where t.relkind in ('r', 'p', 'm')

-- Constraints. A foreign key to a partitioned table has copies of itself, a row for each partition there
union all
select concat_ws(' ', 'constraint', case when k.conparentid = 0 then format('%s.%I', t.name, k.conname)
       else format('%s under %I of %I', t.name, top.conname, pt.relname) end, pg_get_constraintdef(k.oid),
       case when not k.convalidated then 'not validated' end, case when k.coninhcount > 0 and k.contype = 'c' then 'inherited' end,
       case when k.coninhcount > 0 and k.contype = 'c' and k.conislocal then 'and local' end)
  from tab t join pg_constraint k on k.conrelid = t.oid and k.contype in ('c', 'f', 'p', 'u', 'x')
  join topcon on topcon.oid = k.oid join pg_constraint top on top.oid = topcon.top join pg_class pt on pt.oid = top.conrelid
  left join pg_constraint up on up.oid = k.conparentid
 where k.conparentid = 0 or up.conrelid <> k.conrelid

-- Indexes
union all
select concat_ws(' ', 'index', case when top.oid is null or top.oid = c.oid then format('%I.%I', n.nspname, c.relname)
       else format('under %I.%I', tn.nspname, top.relname) end, 'on', t.name || ':',
       substr(pg_get_indexdef(c.oid), length(case when i.indisunique then 'create unique index ' else 'create index ' end || quote_ident(c.relname)) + 2),
       case when i.indisunique then 'unique' end, case when i.indisprimary then 'primary' end,
       case when not i.indisvalid then 'invalid' end, case when not i.indisready then 'not ready' end,
       case when i.indisclustered then 'clustered' end, 'tablespace ' || s.spcname,
       (select 'statistics ' || string_agg(a.attnum || '=' || a.attstattarget, ', ' order by a.attnum)
          from pg_attribute a where a.attrelid = c.oid and a.attstattarget >= 0))
  from tab t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_class top on top.oid = pg_partition_root(c.oid) left join pg_namespace tn on tn.oid = top.relnamespace
  left join pg_tablespace s on s.oid = c.reltablespace
union all
select concat_ws(' ', 'index', format('%I.%I', n.nspname, c.relname), 'on materialized view', v.name || ':', pg_get_indexdef(c.oid),
       case when not i.indisvalid then 'invalid' end, case when i.indisclustered then 'clustered' end, 'tablespace ' || s.spcname)
  from rel v join pg_index i on i.indrelid = v.oid join pg_class c on c.oid = i.indexrelid
  join pg_namespace n on n.oid = c.relnamespace left join pg_tablespace s on s.oid = c.reltablespace
 where v.relkind = 'm'

-- Sequences that are nobody's identity
union all
select concat_ws(' ', 'sequence', r.name, q.text, case r.relpersistence when 'u' then 'unlogged' end,
       'owned by ' || (select format('%s.%I', t.name, a.attname) from owned o join rel t on t.oid = o.relation
                         join pg_attribute a on a.attrelid = t.oid and a.attnum = o.position where o.sequence = r.oid and o.deptype = 'a'))
  from rel r join seqopt q on q.seqrelid = r.oid
 where r.relkind = 'S' and not exists (select from owned o where o.sequence = r.oid and o.deptype = 'i')

-- Types
union all
select format('enum %I.%I (%s)', n.nspname, t.typname,
       (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
  from pg_type t join ns n on n.oid = t.typnamespace
 where t.typtype = 'e' and not exists (select from member where classid = 'pg_type'::regclass and objid = t.oid)
union all
select concat_ws(' ', 'domain', format('%I.%I', n.nspname, t.typname), format_type(t.typbasetype, t.typtypmod),
       case when t.typcollation <> b.typcollation then 'collate ' || format('%I', co.collname) end,
       case when t.typnotnull then 'not null' end, 'default ' || pg_get_expr(t.typdefaultbin, 0))
  from pg_type t join ns n on n.oid = t.typnamespace join pg_type b on b.oid = t.typbasetype
  left join pg_collation co on co.oid = t.typcollation
 where t.typtype = 'd' and not exists (select from member where classid = 'pg_type'::regclass and objid = t.oid)
union all
select concat_ws(' ', 'constraint of domain', format('%I.%I.%I', n.nspname, t.typname, k.conname), pg_get_constraintdef(k.oid),
       case when not k.convalidated then 'not validated' end)
  from pg_constraint k join pg_type t on t.oid = k.contypid join ns n on n.oid = t.typnamespace
 where k.contype = 'c' and not exists (select from member where classid = 'pg_type'::regclass and objid = t.oid)
union all
select format('type %s (%s)', r.name, (
         select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                case when a.attcollation <> y.typcollation then 'collate ' || co.collname end), ', ' order by a.attnum)
           from pg_attribute a join pg_type y on y.oid = a.atttypid left join pg_collation co on co.oid = a.attcollation
          where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped))
  from rel r where r.relkind = 'c'

-- Views. Whether a materialized view holds anything is a line of its own
union all
select concat_ws(' ', case r.relkind when 'v' then 'view' else 'matview' end, r.name,
       (select '(' || string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum) || ')'
          from pg_attribute a where a.attrelid = r.oid and a.attnum > 0),
       'with ' || (select string_agg(o, ', ' order by o) from unnest(r.reloptions) o), 'tablespace ' || s.spcname,
       'access method ' || nullif(m.amname, 'heap'), 'as', pg_get_viewdef(r.oid))
  from rel r left join pg_tablespace s on s.oid = r.reltablespace left join pg_am m on m.oid = r.relam
 where r.relkind in ('v', 'm')
union all
select format('default of view %s.%I %s', r.name, a.attname, pg_get_expr(d.adbin, d.adrelid))
  from rel r join pg_attrdef d on d.adrelid = r.oid join pg_attribute a on a.attrelid = r.oid and a.attnum = d.adnum
 where r.relkind = 'v'
union all
select format('populated %s', name) from rel where relkind = 'm' and relispopulated

-- Code
union all
select format('%s %I.%I(%s) %s', case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end, n.nspname, p.proname,
       pg_get_function_identity_arguments(p.oid), case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end)
  from pg_proc p join ns n on n.oid = p.pronamespace
 where not exists (select from member where classid = 'pg_proc'::regclass and objid = p.oid)
union all
select concat_ws(' ', 'trigger', format('%I on %s:', g.tgname, r.name), pg_get_triggerdef(g.oid), 'enabled ' || g.tgenabled::text)
  from rel r join pg_trigger g on g.tgrelid = r.oid where not g.tgisinternal and g.tgparentid = 0
union all
select format('trigger under %I on %s: enabled %s', g.tgname, r.name, g.tgenabled)
  from rel r join pg_trigger g on g.tgrelid = r.oid where g.tgparentid <> 0 and g.tgconstraint = 0
union all
select concat_ws(' ', 'policy', format('%I on %s', p.polname, t.name), case when p.polpermissive then 'permissive' else 'restrictive' end,
       'for ' || p.polcmd::text, 'to ' || (select string_agg(case o when 0 then 'public' else quote_ident(pg_get_userbyid(o)) end, ', '
         order by case o when 0 then '' else pg_get_userbyid(o) end) from unnest(p.polroles) o),
       'using ' || pg_get_expr(p.polqual, t.oid), 'check ' || pg_get_expr(p.polwithcheck, t.oid))
  from tab t join pg_policy p on p.polrelid = t.oid
union all
select concat_ws(' ', 'rule', format('%I on %s:', w.rulename, r.name), pg_get_ruledef(w.oid), 'enabled ' || w.ev_enabled::text)
  from rel r join pg_rewrite w on w.ev_class = r.oid where w.rulename <> '_RETURN'

-- Who may do what, and what people say about it
union all
select format('grant on %s to %s: %s', what, case x.grantee when 0 then 'everybody' else quote_ident(pg_get_userbyid(x.grantee)) end,
       string_agg(x.privilege_type || case when x.is_grantable then ' with grant option' else '' end, ', ' order by x.privilege_type))
  from acl, aclexplode(acl.list) x where x.grantee <> acl.owner group by what, x.grantee
union all
select format('comment on %s %s: %s', o.type, o.identity, d.description)
  from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
 where d.objoid >= 16384 and o.type <> 'extension' and coalesce(o.schema, '') not in ('gigarow', 'pg_toast')
   and not exists (select from member where classid = d.classoid and objid = d.objoid)
   and not (o.type = 'schema' and o.identity in ('public', 'gigarow'))
union all
select concat_ws(' ', 'statistics', format('%I.%I', n.nspname, s.stxname), pg_get_statisticsobjdef(s.oid),
       'target ' || nullif((to_jsonb(s) ->> 'stxstattarget')::int, -1))
  from pg_statistic_ext s join ns n on n.oid = s.stxnamespace

  )
select replace(text, e'\n', '\n') as text from line order by text collate "C"
