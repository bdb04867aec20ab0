import type { AnySql, Database } from '../db/index.ts'
import { displayName, GigarowError, ident, qualified } from '../kernel/index.ts'
import type { LoadPlan, TablePlan } from './plan.ts'

interface Needed {
  /** As in GRANT … TO. */
  readonly grant: string
  readonly has: boolean
}

/**
 * What no load can do without, all of it at once and before anything is changed: to read and write the tables and the ledger.
 * What else a role may lack is left undone (strip-rights.ts, finish.ts). Throws DB_NOT_ALLOWED.
 */
export async function checkRights(
  db: Pick<Database, 'sql'>,
  { tables }: Pick<LoadPlan, 'tables'>,
  { truncate }: { truncate: boolean },
): Promise<void> {
  const [who] = await db.sql<{ user: string }[]>`select current_user::text as user`
  const { user } = who!
  const needed = [
    ...(await ledgerRights(db.sql)),
    ...(await Promise.all(tables.map((table) => tableRights(db.sql, table, { truncate })))).flat(),
  ]
  const missing = [...new Set(needed.filter(({ has }) => !has).map(({ grant }) => grant))]
  if (missing.length > 0) {
    const grants = missing.map((grant) => `GRANT ${grant} TO ${ident(user)};`)
    throw new GigarowError(
      'DB_NOT_ALLOWED',
      `The user ${user} lacks ${missing.length === 1 ? 'a right' : 'rights'} that the load needs: ${missing.join('; ')}.`,
      {
        facts: { user, missing },
        hint: `Nothing was changed. Have it granted: ${grants.join(' ')}`,
      },
    )
  }
  for (const table of tables) await checkRowSecurity(db.sql, table, user)
}

const LEDGER = ['seed_run', 'seed_chunk', 'seed_dropped']

/** The schema may have been made by somebody else. */
async function ledgerRights(sql: AnySql): Promise<Needed[]> {
  const [row] = await sql.unsafe<{ schema: boolean; tables: boolean }[]>(
    `select has_schema_privilege(n.oid, 'usage') as schema,
            bool_and(has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
                     and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete')) as tables
       from pg_namespace n join pg_class c on c.relnamespace = n.oid
      where n.nspname = 'gigarow' and c.relname = any ($1::text[]) group by n.oid`,
    [LEDGER],
  )
  if (row !== undefined)
    return [
      { grant: 'USAGE ON SCHEMA gigarow', has: row.schema },
      { grant: 'SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gigarow', has: row.tables },
    ]
  const [database] = await sql.unsafe<{ name: string; creates: boolean }[]>(
    `select current_database()::text as name, has_database_privilege(current_database(), 'create') as creates`,
  )
  return [{ grant: `CREATE ON DATABASE ${ident(database!.name)}`, has: database!.creates }]
}

interface TableRow {
  usage: boolean
  select: boolean
  insert: boolean
  truncate: boolean
  sequences: string[] | null
}

/** Of the table alone: rows may come and be read through a partitioned one without rights on its partitions. */
async function tableRights(
  sql: AnySql,
  plan: TablePlan,
  { truncate }: { truncate: boolean },
): Promise<Needed[]> {
  const columns = plan.columns.map(({ name }) => name)
  const { schema } = plan.table
  const [row] = await sql.unsafe<TableRow[]>(RIGHTS, [schema, plan.table.name, columns])
  // One that is not there is told as such.
  if (row === undefined) return []
  const name = qualified(plan.table)
  return [
    { grant: `USAGE ON SCHEMA ${ident(schema)}`, has: row.usage },
    { grant: `SELECT ON ${name}`, has: row.select },
    { grant: `INSERT ON ${name}`, has: row.insert },
    { grant: `TRUNCATE ON ${name}`, has: !truncate || row.truncate },
    ...(row.sequences ?? []).map((sequence) => ({ grant: `USAGE ON SEQUENCE ${sequence}`, has: false })),
  ]
}

/**
 * A serial column that is left out takes its value from the sequence; an identity asks nobody. CASE, since the server may ask for the privilege
 * before it looks at the kind, and fails for what is no sequence.
 */
const RIGHTS = `
  select has_schema_privilege(c.relnamespace, 'usage') as usage,
         not exists (select from pg_attribute f where f.attrelid = c.oid and f.attname = any ($3::text[]) and f.attnum > 0 and not has_column_privilege(c.oid, f.attnum, 'select')) as "select",
         not exists (select from pg_attribute f where f.attrelid = c.oid and f.attname = any ($3::text[]) and f.attnum > 0 and not has_column_privilege(c.oid, f.attnum, 'insert')) as "insert",
         has_table_privilege(c.oid, 'truncate') as truncate,
         (select array_agg(distinct format('%I.%I', n.nspname, s.relname))
            from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
            join pg_depend p on p.classid = 'pg_attrdef'::regclass and p.objid = d.oid and p.refclassid = 'pg_class'::regclass
            join pg_class s on s.oid = p.refobjid join pg_namespace n on n.oid = s.relnamespace
           where d.adrelid = c.oid and a.attname <> all ($3::text[])
             and case when s.relkind = 'S' then not (has_sequence_privilege(s.oid, 'usage') or has_sequence_privilege(s.oid, 'update')) end) as sequences
    from pg_class c join pg_namespace o on o.oid = c.relnamespace
   where o.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')`

/** COPY refuses such a table, and rows that a policy hides could not be verified. */
async function checkRowSecurity(sql: AnySql, { table }: TablePlan, user: string): Promise<void> {
  const [row] = await sql.unsafe<{ active: boolean }[]>(
    `select row_security_active(c.oid) as active from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2`,
    [table.schema, table.name],
  )
  if (row?.active !== true) return
  const name = displayName(table)
  throw new GigarowError(
    'DB_NOT_ALLOWED',
    `The policies of ${name} apply to the user ${user}: its rows can be neither copied nor verified.`,
    {
      facts: { user, table: name },
      hint: `Load as the owner of the table, or as a role with BYPASSRLS: ALTER ROLE ${ident(user)} BYPASSRLS; Nothing was changed.`,
    },
  )
}
