-- A second look at a schema, on purpose not that of the catalog module: a proof must not share the blind spots of what it proves. The
-- tests judge src/catalog and src/diff by it, too. What only newer servers have is read through to_jsonb().

-- name: fingerprint
-- Lines that are the same for two databases exactly when their schemas are. scope: schema is what gigarow compares and a proof asks for;
-- owner is whose a thing is that is not the reader's; rows is whether a materialized view can be read; unmanaged is what no plan makes,
-- changes or drops. Left out: the schemas of gigarow, oids, estimates, the order of columns, what everybody may do in the schema
-- public (its template says that), and names that the server chose itself: of indexes and constraints of partitions that
-- stand under their parent's, of NOT NULL constraints, of the sequences of identity columns. search_path has to be empty.
with recursive
  member as (
    select classid, objid from pg_depend where deptype = 'e'
  ),
  ns as (
    select oid, nspname, nspowner, nspacl from pg_namespace
     where nspname !~ '^pg_' and nspname not in ('information_schema', 'gigarow') and nspname !~ '^gigarow_quarantine_'
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
  -- of a serial (a) or an identity (i)
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
  con as (
    select k.*, t.name as on_name, case when k.conparentid = 0 then format('%s.%I', t.name, k.conname)
             else format('%s under %I of %I', t.name, top.conname, pt.relname) end as name
      from tab t join pg_constraint k on k.conrelid = t.oid and k.contype in ('c', 'f', 'p', 'u', 'x')
      join topcon on topcon.oid = k.oid join pg_constraint top on top.oid = topcon.top join pg_class pt on pt.oid = top.conrelid
  ),
  ind as (
    select i.*, t.name as on_name, t.relkind as on_kind, c.relname, c.reltablespace,
           case when top.oid is null or top.oid = c.oid then format('%I.%I', n.nspname, c.relname)
             else format('under %I.%I', tn.nspname, top.relname) end as name
      from rel t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_class top on top.oid = pg_partition_root(c.oid) left join pg_namespace tn on tn.oid = top.relnamespace
     where t.relkind in ('r', 'p', 'm')
  ),
  typ as (
    select t.*, format('%I.%I', n.nspname, t.typname) as name
      from pg_type t join ns n on n.oid = t.typnamespace
     where (t.typtype in ('e', 'd') or t.typtype = 'c' and exists (select from rel where relkind = 'c' and oid = t.typrelid))
       and not exists (select from member where classid = 'pg_type'::regclass and objid = t.oid)
  ),
  -- without the constructors of range types
  proc as (
    select p.*, format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name
      from pg_proc p join ns n on n.oid = p.pronamespace
     where p.prokind <> 'a' and not exists (
             select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype in ('e', 'i'))
  ),
  trig as (
    select g.*, r.name as on_name
      from rel r join pg_trigger g on g.tgrelid = r.oid left join pg_constraint k on k.oid = g.tgconstraint
     where not g.tgisinternal or g.tgparentid <> 0 and coalesce(k.contype, 't') = 't'
  ),
  stat as (
    select s.oid, s.stxowner, format('%I.%I', n.nspname, s.stxname) as name, (to_jsonb(s) ->> 'stxstattarget')::int as target
      from pg_statistic_ext s join ns n on n.oid = s.stxnamespace
     where not exists (select from member where classid = 'pg_statistic_ext'::regclass and objid = s.oid)
  ),
  -- all that has an owner, privileges or a comment
  thing(class, oid, what, owner, acl, usual) as (
    select 'pg_class'::regclass, r.oid, concat_ws(' ', case r.relkind when 'S' then 'sequence' else 'relation' end, r.name), r.relowner,
           r.relacl, acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner)
      from rel r where r.relkind in ('r', 'p', 'v', 'm') or r.relkind = 'S' and r.oid not in (select sequence from owned where deptype = 'i')
    union all
    select 'pg_namespace', n.oid, format('schema %I', n.nspname), n.nspowner, n.nspacl, acldefault('n', n.nspowner) from ns n
     where not exists (select from member where classid = 'pg_namespace'::regclass and objid = n.oid)
    union all
    select 'pg_proc', p.oid, 'routine ' || p.name, p.proowner, p.proacl, acldefault('f', p.proowner) from proc p
    union all
    select 'pg_type', t.oid, 'type ' || t.name, t.typowner, t.typacl, acldefault('T', t.typowner) from typ t
    union all
    select 'pg_class', i.indexrelid, format('index %s on %s', i.name, i.on_name), null, null, null from ind i
    union all
    select 'pg_constraint', k.oid, 'constraint ' || k.name, null, null, null from con k
    union all
    select 'pg_constraint', k.oid, format('constraint of domain %s.%I', t.name, k.conname), null, null, null
      from typ t join pg_constraint k on k.contypid = t.oid and k.contype = 'c'
    union all
    select 'pg_trigger', g.oid, format('trigger %I on %s', g.tgname, g.on_name), null, null, null from trig g
    union all
    select 'pg_policy', p.oid, format('policy %I on %s', p.polname, t.name), null, null, null
      from tab t join pg_policy p on p.polrelid = t.oid
    union all
    select 'pg_rewrite', w.oid, format('rule %I on %s', w.rulename, r.name), null, null, null
      from rel r join pg_rewrite w on w.ev_class = r.oid
    union all
    select 'pg_statistic_ext', s.oid, 'statistics ' || s.name, null, null, null from stat s
    union all
    -- composite types: a comment on their columns
    select 'pg_class', r.oid, 'row of type ' || r.name, null, null, null from rel r where r.relkind = 'c'
  ),
  acl(what, owner, list) as (
    select what, owner, coalesce(acl, usual) from thing where owner is not null
    union all
    select 'the sequence of an identity ' || r.name, r.relowner, r.relacl from rel r join owned o on o.sequence = r.oid and o.deptype = 'i'
    union all
    select format('column %s.%I', r.name, a.attname), r.relowner, a.attacl
      from rel r join pg_attribute a on a.attrelid = r.oid where a.attacl is not null and a.attnum > 0 and not a.attisdropped
  ),
  allowed as (
    select acl.what, x.grantee, x.privilege_type, bool_or(x.is_grantable) as grantable
      from acl, aclexplode(acl.list) x
     where x.grantee <> acl.owner and not (acl.what = 'schema public' and x.grantee = 0)
     group by 1, 2, 3
  ),
  noted as (
    select d.*, case d.objsubid when 0 then o.what else format('column %I of ', a.attname) || o.what end as what
      from pg_description d left join thing o on o.class = d.classoid and o.oid = d.objoid
      left join pg_attribute a on d.classoid = 'pg_class'::regclass and a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0
     where d.objoid >= 16384
  ),
  -- whatever depends on anything, of kinds that are nowhere above
  rest(class, oid) as (
    select classid, objid from pg_depend
     where objid >= 16384 and classid not in ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_extension'::regclass,
           'pg_namespace'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_statistic_ext'::regclass, 'pg_trigger'::regclass,
           'pg_proc'::regclass, 'pg_type'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass)
    union
    select 'pg_class'::regclass, oid from rel where relkind = 'f'
    union
    select 'pg_proc'::regclass, p.oid from pg_proc p join ns n on n.oid = p.pronamespace where p.prokind = 'a'
    union
    select 'pg_type'::regclass, t.oid from pg_type t join ns n on n.oid = t.typnamespace
     where t.typtype in ('r', 'b', 'p') and not exists (select from pg_type e where e.oid = t.typelem and e.typarray = t.oid)
    union
    select 'pg_publication'::regclass, oid from pg_publication
    union
    select 'pg_cast'::regclass, oid from pg_cast where oid >= 16384
    union
    select 'pg_language'::regclass, oid from pg_language where oid >= 16384
  ),
  line(scope, text) as (

select 'schema', format('schema %I', nspname) from ns
 where nspname <> 'public' and not exists (select from member where classid = 'pg_namespace'::regclass and objid = ns.oid)
union all
select 'schema', format('extension %I schema %I version %s', e.extname, n.nspname, e.extversion)
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname <> 'plpgsql'

-- Tables
union all
select 'schema', concat_ws(' ', 'table', t.name, case t.relkind when 'p' then 'partitioned by ' || pg_get_partkeydef(t.oid) end,
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
select 'schema', concat_ws(' ', 'partition', t.name, 'of', format('%I.%I', n.nspname, p.relname), pg_get_expr(t.relpartbound, t.oid),
       case when i.inhdetachpending then 'detach pending' end)
  from tab t join pg_inherits i on i.inhrelid = t.oid join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace
 where t.relispartition
union all
select 'schema', format('table %s inherits %s', t.name, string_agg(format('%I.%I', n.nspname, p.relname), ', ' order by i.inhseqno))
  from tab t join pg_inherits i on i.inhrelid = t.oid join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace
 where not t.relispartition group by t.name
union all
select 'unmanaged', format('table %s is of type %s', t.name, t.reloftype::regtype) from tab t where t.reloftype <> 0

-- Columns; of materialized views what is more than their query
union all
select 'schema', concat_ws(' ', 'column', format('%s.%I', t.name, a.attname), format_type(a.atttypid, a.atttypmod),
       case when a.attcollation <> y.typcollation then 'collate ' || format('%I.%I', cn.nspname, co.collname) end,
       case when a.attnotnull then 'not null' || coalesce(concat(
         case when not nn.convalidated then ' not valid' end, case when nn.connoinherit then ' no inherit' end,
         case when nn.conislocal and not t.relispartition and nn.conname !~ '_not_null\d*$'
              then ' named "' || replace(nn.conname, '"', '""') || '"' end), '') end,
       case a.attgenerated when '' then 'default ' when 's' then 'stored as ' else 'virtual as ' end || pg_get_expr(d.adbin, d.adrelid),
       case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end, '(' || q.text || ')',
       'storage ' || a.attstorage::text, 'compression ' || nullif(a.attcompression::text, ''),
       'statistics ' || nullif(a.attstattarget, -1), 'options ' || (select string_agg(o, ', ' order by o) from unnest(a.attoptions) o),
       case when a.attinhcount > 0 then 'inherited' || case when a.attislocal then ' and local' else '' end end)
  from rel t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  join pg_type y on y.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
  left join pg_collation co on co.oid = a.attcollation left join pg_namespace cn on cn.oid = co.collnamespace
  left join pg_constraint nn on nn.conrelid = t.oid and nn.contype = 'n' and nn.conkey = array[a.attnum]
  left join owned o on o.deptype = 'i' and o.relation = t.oid and o.position = a.attnum
  left join seqopt q on q.seqrelid = o.sequence
 where t.relkind in ('r', 'p', 'm')

-- Constraints. A foreign key to a partitioned table has copies of itself, a row for each partition there
union all
select 'schema', concat_ws(' ', 'constraint', k.name, pg_get_constraintdef(k.oid),
       case when not k.convalidated then 'not validated' end, case when k.coninhcount > 0 and k.contype = 'c' then 'inherited' end,
       case when k.coninhcount > 0 and k.contype = 'c' and k.conislocal then 'and local' end)
  from con k left join pg_constraint up on up.oid = k.conparentid
 where k.conparentid = 0 or up.conrelid <> k.conrelid
union all
select distinct 'unmanaged', format('constraint %s is not checked for every row: a trigger of it is %s', k.name, g.tgenabled)
  from con k join pg_trigger g on g.tgconstraint = k.oid where g.tgisinternal and g.tgenabled <> 'O'

-- Indexes
union all
select 'schema', concat_ws(' ', 'index', i.name, 'on', case i.on_kind when 'm' then 'materialized view' end, i.on_name || ':',
       substr(pg_get_indexdef(i.indexrelid), length(case when i.indisunique then 'create unique index ' else 'create index ' end || quote_ident(i.relname)) + 2),
       case when i.indisunique then 'unique' end, case when i.indisprimary then 'primary' end,
       case when not i.indisvalid then 'invalid' end, case when not i.indisready then 'not ready' end,
       case when i.indisclustered then 'clustered' end, 'tablespace ' || s.spcname,
       (select 'statistics ' || string_agg(a.attnum || '=' || a.attstattarget, ', ' order by a.attnum)
          from pg_attribute a where a.attrelid = i.indexrelid and a.attstattarget >= 0))
  from ind i left join pg_tablespace s on s.oid = i.reltablespace

-- Sequences that are nobody's identity
union all
select 'schema', concat_ws(' ', 'sequence', r.name, q.text, case r.relpersistence when 'u' then 'unlogged' end,
       'owned by ' || t.name || '.' || quote_ident(a.attname))
  from rel r join seqopt q on q.seqrelid = r.oid
  left join owned o on o.sequence = r.oid and o.deptype = 'a'
  left join rel t on t.oid = o.relation left join pg_attribute a on a.attrelid = t.oid and a.attnum = o.position
 where r.relkind = 'S' and r.oid not in (select sequence from owned where deptype = 'i')

-- Types
union all
select 'schema', format('enum %s (%s)', t.name,
       (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
  from typ t where t.typtype = 'e'
union all
select 'schema', concat_ws(' ', 'domain', t.name, format_type(t.typbasetype, t.typtypmod),
       case when t.typcollation <> b.typcollation then 'collate ' || format('%I.%I', cn.nspname, co.collname) end,
       case when t.typnotnull then 'not null' end, 'default ' || coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault))
  from typ t join pg_type b on b.oid = t.typbasetype
  left join pg_collation co on co.oid = t.typcollation left join pg_namespace cn on cn.oid = co.collnamespace
 where t.typtype = 'd'
union all
select 'schema', concat_ws(' ', 'constraint of domain', format('%s.%I', t.name, k.conname), pg_get_constraintdef(k.oid),
       case when not k.convalidated then 'not validated' end)
  from typ t join pg_constraint k on k.contypid = t.oid and k.contype = 'c'
union all
select 'schema', format('type %s (%s)', t.name, (
         select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                case when a.attcollation <> y.typcollation then 'collate ' || format('%I.%I', cn.nspname, co.collname) end), ', ' order by a.attnum)
           from pg_attribute a join pg_type y on y.oid = a.atttypid
           left join pg_collation co on co.oid = a.attcollation left join pg_namespace cn on cn.oid = co.collnamespace
          where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))
  from typ t where t.typtype = 'c'

-- Views
union all
select 'schema', concat_ws(' ', case r.relkind when 'v' then 'view' else 'matview' end, r.name,
       (select '(' || string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum) || ')'
          from pg_attribute a where a.attrelid = r.oid and a.attnum > 0),
       'with ' || (select string_agg(o, ', ' order by o) from unnest(r.reloptions) o),
       'toast with ' || (select string_agg(o, ', ' order by o) from unnest(x.reloptions) o), 'tablespace ' || s.spcname,
       'access method ' || nullif(m.amname, 'heap'), 'as', pg_get_viewdef(r.oid))
  from rel r left join pg_tablespace s on s.oid = r.reltablespace left join pg_am m on m.oid = r.relam
  left join pg_class x on x.oid = r.reltoastrelid
 where r.relkind in ('v', 'm')
union all
select 'schema', format('default of view %s.%I %s', r.name, a.attname, pg_get_expr(d.adbin, d.adrelid))
  from rel r join pg_attrdef d on d.adrelid = r.oid join pg_attribute a on a.attrelid = r.oid and a.attnum = d.adnum
 where r.relkind = 'v'
union all
select 'rows', format('populated %s', name) from rel where relkind = 'm' and relispopulated

-- Code
union all
select 'schema', format('%s %s %s', case p.prokind when 'p' then 'procedure' else 'function' end, p.name, pg_get_functiondef(p.oid)) from proc p
union all
select 'schema', concat_ws(' ', 'trigger', format('%I on %s:', g.tgname, g.on_name), case when g.tgparentid = 0 then pg_get_triggerdef(g.oid) else 'under its parent' end,
       'enabled ' || g.tgenabled::text)
  from trig g
union all
select 'schema', concat_ws(' ', 'policy', format('%I on %s', p.polname, t.name), case when p.polpermissive then 'permissive' else 'restrictive' end,
       'for ' || p.polcmd::text, 'to ' || (select string_agg(case o when 0 then 'public' else quote_ident(pg_get_userbyid(o)) end, ', '
         order by case o when 0 then '' else pg_get_userbyid(o) end) from unnest(p.polroles) o),
       'using ' || pg_get_expr(p.polqual, t.oid), 'check ' || pg_get_expr(p.polwithcheck, t.oid))
  from tab t join pg_policy p on p.polrelid = t.oid
union all
select 'schema', concat_ws(' ', 'rule', format('%I on %s:', w.rulename, r.name), case when w.rulename <> '_RETURN' then pg_get_ruledef(w.oid) end,
       'enabled ' || w.ev_enabled::text)
  from rel r join pg_rewrite w on w.ev_class = r.oid where w.rulename <> '_RETURN' or w.ev_enabled <> 'O'
union all
select 'schema', concat_ws(' ', 'statistics', s.name, pg_get_statisticsobjdef(s.oid), 'target ' || nullif(s.target, -1)) from stat s

-- Who may do what, and what people say about it
union all
select case when what like 'the sequence of an identity %' then 'unmanaged' else 'schema' end, format('grant on %s to %s: %s', what, case grantee when 0 then 'everybody' else quote_ident(pg_get_userbyid(grantee)) end,
       string_agg(privilege_type || case when grantable then ' with grant option' else '' end, ', ' order by privilege_type))
  from allowed group by what, grantee
union all
select 'owner', format('owner of %s: %I', what, pg_get_userbyid(owner)) from thing
 where owner is not null and what <> 'schema public' and pg_get_userbyid(owner) <> current_user
union all
select 'owner', format('owner of statistics %s: %I', name, pg_get_userbyid(stxowner)) from stat where pg_get_userbyid(stxowner) <> current_user
union all
select 'schema', format('comment on %s: %s', what, description) from noted where what <> 'schema public'
union all
select 'unmanaged', format('comment on %s %s: %s', o.type, o.identity, n.description)
  from noted n, pg_identify_object(n.classoid, n.objoid, n.objsubid) o
 where n.what is null and o.type <> 'extension' and coalesce(o.schema, '') not in ('gigarow', 'pg_toast') and coalesce(o.schema, '') !~ '^gigarow_quarantine_'
   and not exists (select from member where classid = n.classoid and objid = n.objoid)
   and not (o.type = 'schema' and o.identity = 'gigarow')

-- What gigarow does not manage
union all
select 'unmanaged', concat_ws(' ', o.type, o.identity)
  from rest r cross join lateral pg_identify_object(r.class, r.oid, 0) o
 where coalesce(o.schema, '') <> 'gigarow'
   and not exists (select from pg_depend d where d.classid = r.class and d.objid = r.oid and d.deptype in ('e', 'i'))
union all
select 'unmanaged', format('%s %s depends on extension %I', o.type, o.identity, e.extname)
  from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
  cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) o
 where d.deptype = 'x'

  )
select scope, replace(text, e'\n', '\n') as text from line order by text collate "C"
