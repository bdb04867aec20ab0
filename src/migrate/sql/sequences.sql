-- name: owned_sequences
-- Sequences of serial and identity columns that lead an index: only there the largest value is found without reading every row.
select format('%I.%I', sn.nspname, s.relname) as sequence, format('%I.%I', tn.nspname, t.relname) as table,
       quote_ident(a.attname) as column, q.seqincrement > 0 as up, p.last_value::text as last
  from pg_sequence q
  join pg_class s on s.oid = q.seqrelid
  join pg_namespace sn on sn.oid = s.relnamespace
  join pg_sequences p on p.schemaname = sn.nspname and p.sequencename = s.relname
  join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid and d.refclassid = 'pg_class'::regclass
                  and d.deptype in ('a', 'i') and d.refobjsubid > 0
  join pg_class t on t.oid = d.refobjid
  join pg_namespace tn on tn.oid = t.relnamespace
  join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
 where sn.nspname <> 'gigarow' and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
   and has_sequence_privilege(s.oid, 'select') and has_table_privilege(t.oid, 'select')
   and exists (select from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_am am on am.oid = ic.relam
                where i.indrelid = t.oid and i.indisvalid and i.indpred is null and i.indkey[0] = a.attnum and am.amname = 'btree')
 order by 1
