import type { ReservedSql } from '../db/index.ts'
import { displayName, formatCount, GigarowError, ident, qualified } from '../kernel/index.ts'
import type { TablePlan } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import { compileRows } from './rows.ts'
import { sampledRows } from './sample-trial.ts'
import { type KeyedTable, uniqueKeys } from './table-keys.ts'

/** A foreign key to a table that the load does not fill. */
export interface OuterKey {
  readonly name: string
  readonly schema: string
  readonly parent: string
  readonly columns: readonly string[]
  /** Of the parent, in the same order. */
  readonly keys: readonly string[]
}

/** Those of `table`, beside the keys between tables of the load, whose parents' rows are still to come. */
export async function outerKeys(
  session: ReservedSql,
  { live }: LoadTable,
  all: readonly LoadTable[],
): Promise<readonly OuterKey[]> {
  if (!live.foreignKeys.some(({ table }) => qualified(table) === qualified(live))) return []
  const filled = all.flatMap((one) => [one.live.oid, ...one.live.leaves.map(({ oid }) => oid)])
  return session.unsafe<OuterKey[]>(OUTER_KEYS, [live.oid, filled])
}

/** Columns of later versions are read as JSON: NOT ENFORCED, and keys of periods, which are no equality. */
const OUTER_KEYS = `
  select k.conname::text as name, n.nspname::text as schema, p.relname::text as parent,
         array(select a.attname::text from unnest(k.conkey) with ordinality u (num, place)
                 join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num order by u.place) as columns,
         array(select a.attname::text from unnest(k.confkey) with ordinality u (num, place)
                 join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num order by u.place) as keys
    from pg_constraint k join pg_class p on p.oid = k.confrelid join pg_namespace n on n.oid = p.relnamespace
   where k.contype = 'f' and k.conrelid = $1::int8::oid and k.conparentid = 0 and k.confrelid <> all ($2::text[]::int8[]::oid[])
     and coalesce((to_jsonb(k)->>'conenforced')::boolean, true) and not coalesce((to_jsonb(k)->>'conperiod')::boolean, false)
   order by k.conname`

export interface KeyTrial {
  readonly session: ReservedSql
  readonly plan: TablePlan
  readonly seed: number
  /** The table with the sample. */
  readonly into: string
}

/** Looks every sampled row's parent up. Throws SEED_BREAKS_CONSTRAINT. */
export async function tryKey({ session, plan, seed, into }: KeyTrial, key: OuterKey): Promise<void> {
  const columns = key.columns.map((column) => ident('c', column))
  const equal = key.keys.map((name, k) => `${ident('p', name)} = ${columns[k]}`)
  const parent = { schema: key.schema, name: key.parent }
  // A policy would hide rows, and a join read all of a table of any size: one look at its index for each row.
  await session.unsafe('set local row_security = off')
  const missing = await session.unsafe<{ value: string[] }[]>(
    `select array[${columns.map((column) => `${column}::text`).join(', ')}] as value from ${into} c
      where ${columns.map((column) => `${column} is not null`).join(' and ')}
        and (select true from ${qualified(parent)} p where ${equal.join(' and ')} limit 1) is null`,
  )
  if (missing.length === 0) return
  const found = firstRow(plan, { seed, columns: key.columns, values: missing.map(({ value }) => value) })
  throw orphan(plan, { key, value: found?.value ?? missing[0]!.value, row: found?.row })
}

/** Keys of the sample that rows of the table have already. An expression or a condition is left to the load itself. */
export async function refuseKeysThere(
  { session, into }: Pick<KeyTrial, 'session' | 'into'>,
  table: KeyedTable,
): Promise<void> {
  const { plan, live } = table
  for (const { name, keyColumns, partial } of uniqueKeys(table)) {
    if (partial || keyColumns.includes(null)) continue
    const columns = keyColumns.map((column) => ident(column!))
    const same = columns.map((column) => `s.${column} = t.${column}`).join(' and ')
    const key = columns.map((column) => `s.${column}::text`).join(', ')
    const [found] = await session.unsafe<{ key: string[] }[]>(
      `select array[${key}] as key from ${into} s where exists (select from ${qualified(live)} t where ${same}) limit 1`,
    )
    if (found === undefined) continue
    const where = displayName(plan.table)
    const text = `(${keyColumns.join(', ')}) = (${found.key.join(', ')})`
    throw new GigarowError(
      'SEED_BREAKS_CONSTRAINT',
      `Rows that would be added to ${where} break ${name}: ${text} is there already.`,
      {
        facts: { table: where, constraint: name, key: found.key },
        hint: 'The rows that are there have other numbers than it seems: give the number of the first new one with --from-row. Nothing was changed.',
      },
    )
  }
}

interface Wanted {
  readonly seed: number
  readonly columns: readonly string[]
  readonly values: readonly (readonly string[])[]
}

/** The first row of the sample that has one of these values. */
function firstRow(
  plan: TablePlan,
  { seed, columns, values }: Wanted,
): { row: number; value: readonly string[] } | undefined {
  const wanted = new Map(values.map((value) => [JSON.stringify(value), value]))
  const at = columns.map((name) => plan.columns.findIndex((column) => column.name === name))
  for (const { block, lo, hi } of sampledRows(plan)) {
    const rows = compileRows(plan, { seed, block })
    for (let row = lo; row <= hi; row++) {
      const texts = rows.text(row)
      const value = wanted.get(JSON.stringify(at.map((k) => texts[k] ?? null)))
      if (value !== undefined) return { row, value }
    }
  }
  return undefined
}

function orphan(
  { table }: TablePlan,
  { key, value, row }: { key: OuterKey; value: readonly string[]; row: number | undefined },
): GigarowError {
  const where = displayName(table)
  const parent = displayName({ schema: key.schema, name: key.parent })
  const what = row === undefined ? `A row of ${where}` : `Row ${formatCount(row)} of ${where}`
  const wanted = key.keys.map((name, k) => `${name} = ${value[k]}`).join(', ')
  return new GigarowError(
    'SEED_BREAKS_CONSTRAINT',
    `${what} breaks ${key.name}: ${parent}, which this load does not fill, has no row with ${wanted}.`,
    {
      facts: { table: where, row: row ?? null, constraint: key.name, sqlstate: '23503', references: parent },
      hint: `Fill ${parent} in the same load, or give the --seed and the --rows or --scale that it was filled with. Nothing was changed.`,
    },
  )
}
