export const HELP = `  ;            ends a statement, which may take several lines
  \\d           tables, views and sequences
  \\d NAME      columns and indexes of one of them
  \\l           databases
  \\?           this help
  \\q           quit (or Ctrl-D)
Ctrl-C cancels the running statement or drops what was typed. For more, install psql.`

const LIST = `select n.nspname as "schema", c.relname as "name",
       case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
                      when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table' end as "type",
       pg_size_pretty(pg_total_relation_size(c.oid)) as "size"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
 order by 1, 2`

const COLUMNS = `select a.attname as "column", format_type(a.atttypid, a.atttypmod) as "type",
       case when a.attnotnull then 'not null' end as "nullable", pg_get_expr(d.adbin, d.adrelid) as "default"
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where a.attrelid = %::regclass and a.attnum > 0 and not a.attisdropped
 order by a.attnum`

const INDEXES = `select pg_get_indexdef(indexrelid) as "indexes" from pg_index where indrelid = %::regclass order by 1`

const DATABASES = `select datname as "name", pg_get_userbyid(datdba) as "owner", pg_encoding_to_char(encoding) as "encoding"
  from pg_database where not datistemplate order by 1`

export type Backslash =
  | { readonly kind: 'quit' }
  | { readonly kind: 'help' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'queries'; readonly statements: readonly string[] }

/** What a line that begins with a backslash asks for. `quote` makes a string constant. */
export function readBackslash(line: string, quote: (text: string) => string): Backslash {
  const [command, name] = line.trim().replace(/;$/, '').split(/\s+/, 2)
  if (command === '\\q') return { kind: 'quit' }
  if (command === '\\?' || command === '\\h') return { kind: 'help' }
  if (command === '\\l') return { kind: 'queries', statements: [DATABASES] }
  if (command !== '\\d' && command !== '\\dt') return { kind: 'unknown' }
  if (name === undefined) return { kind: 'queries', statements: [LIST] }
  return {
    kind: 'queries',
    statements: [COLUMNS, INDEXES].map((text) => text.replace('%', () => quote(name))),
  }
}
