import type { Database } from '../db/index.ts'
import { formatCount, GigarowError, ident, qualified } from '../kernel/index.ts'
import { hasLedger, lastLoadOf } from './ledger.ts'
import { refuseHandedOut } from './new-numbers.ts'
import { KINDS, relink, unknownParent } from './parents.ts'
import { type LoadPlan, type TablePlan, tableKey } from './plan.ts'
import { estimatedRows, isEmpty, type LoadTable } from './preflight.ts'
import type { ColumnFill, GeneratorSpec } from './profile.ts'
import { isIndexed, numberColumn } from './row-number.ts'
import { blockOf, compileRows } from './rows.ts'
import { mapSpecs } from './specs.ts'
import { unknownRows } from './unknown-rows.ts'

export interface AppendRequest {
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  readonly fromRow?: number | undefined
}

/**
 * The plan with its rows numbered behind those that are there, and its children behind their parents. Throws SEED_APPEND_UNKNOWN where
 * the ledger does not explain the rows of a table, and USAGE where parents of the new rows are not among them.
 */
export async function planAppend(
  db: Database,
  { plan, tables, fromRow }: AppendRequest,
): Promise<Pick<AppendRequest, 'plan' | 'tables'>> {
  refuseMissingParents(plan)
  const numbered: TablePlan[] = []
  for (const table of tables) {
    const place = await placeOf(db, plan, { ...table, fromRow })
    numbered.push(Object.freeze({ ...table.plan, ...place }))
  }
  const linked = relink({ name: plan.profile, seed: plan.seed, tables: numbered })
  const placed = numbered.map((table, k) => Object.freeze({ ...table, ...linked.tables[k] }))
  // Generators that cannot go on behind so many rows say so.
  for (const table of placed) compileRows(table, { seed: plan.seed, block: blockOf(1 + (table.offset ?? 0)) })
  const added = tables.map(({ live }, k) => ({ live, plan: placed[k]! }))
  if (fromRow === undefined) await refuseHandedOut(db.sql, added)
  return {
    plan: Object.freeze({ ...plan, tables: Object.freeze(placed), append: true }),
    tables: added,
  }
}

function refuseMissingParents({ tables }: LoadPlan): void {
  const parent = unknownParent(tables)
  if (parent === undefined) return
  throw new GigarowError(
    'USAGE',
    `Rows of ${parent} are referred to, and none would be added to it: new children belong to new parents.`,
    { facts: { table: parent }, hint: 'Leave --only out, or name the parents with it.' },
  )
}

type Place = Pick<TablePlan, 'offset' | 'before'>

async function placeOf(
  { sql }: Database,
  plan: LoadPlan,
  { plan: table, live, fromRow }: LoadTable & Pick<AppendRequest, 'fromRow'>,
): Promise<Place> {
  if (await isEmpty(sql, live)) return fromRow === undefined || fromRow === 1 ? {} : { offset: fromRow - 1 }
  if (fromRow !== undefined) {
    const rows = Math.max(1, await estimatedRows(sql, live))
    return { ...(fromRow === 1 ? {} : { offset: fromRow - 1 }), before: { rows } }
  }
  const run = (await hasLedger(sql)) ? await lastLoadOf(sql, tableKey(table)) : undefined
  const known = run?.plan.tables.find((one) => tableKey(one) === tableKey(table))
  const problem =
    run === undefined || known === undefined
      ? 'no finished load of it is in the ledger'
      : differenceOf({ plan, table }, { plan: run.plan, table: known })
  if (problem !== undefined) throw unknownRows(table, problem, { estimate: await estimatedRows(sql, live) })
  const rows = (known!.offset ?? 0) + known!.rows
  const last = await lastNumber(sql, { plan: table, live })
  if (last !== undefined && last !== rows)
    throw unknownRows(
      table,
      `gigarow has loaded rows 1 to ${formatCount(rows)}, and the last one there has the number ${formatCount(last)}`,
      { loaded: rows, last },
    )
  return { offset: rows, before: { rows } }
}

interface Loaded {
  readonly plan: LoadPlan
  readonly table: TablePlan
}

/** Why the new rows would not continue the others; ends a sentence. */
function differenceOf(now: Loaded, before: Loaded): string | undefined {
  if (before.plan.profile !== now.plan.profile) return `they were loaded by profile ${before.plan.profile}`
  if (before.plan.seed !== now.plan.seed)
    return `they were loaded with seed ${before.plan.seed}, not ${now.plan.seed}`
  const column = now.table.columns.find(
    (own) => canonical(own) !== canonical(before.table.columns.find(({ name }) => name === own.name)),
  )
  if (column !== undefined) return `the profile made ${column.name} in another way when they were loaded`
  return now.table.columns.length === before.table.columns.length
    ? undefined
    : 'the profile filled other columns when they were loaded'
}

/** A column's type and generator, without the numbers of rows that differ from load to load; the ledger keeps no order of keys. */
function canonical(column: ColumnFill | undefined): string {
  if (column === undefined) return ''
  const plain = (spec: GeneratorSpec): GeneratorSpec => {
    if (!KINDS.has(spec.kind)) return spec
    const { rows: _rows, offset: _offset, ...rest } = spec
    return rest as GeneratorSpec
  }
  return JSON.stringify([column.type, sorted(mapSpecs(column.generator, plain))])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([key, own]) => [key, sorted(own)])
}

async function lastNumber(sql: Database['sql'], table: LoadTable): Promise<number | undefined> {
  const column = numberColumn(table.plan)
  if (column === undefined || !isIndexed(table)) return undefined
  const [row] = await sql.unsafe<{ last: string | null }[]>(
    `select max(${ident(column.name)})::text as last from ${qualified(table.live)}`,
  )
  return row?.last == null ? undefined : Number(row.last) - column.start + 1
}

/** Of tables whose rows had to be counted: as many as gigarow has loaded. */
export function checkCounts(counted: LoadPlan, { tables }: LoadPlan): void {
  for (const [k, { before, offset = 0 }] of tables.entries()) {
    const rows = counted.tables[k]!.before?.rows
    if (before === undefined || rows === undefined || rows === before.rows) continue
    throw unknownRows(
      tables[k]!,
      `gigarow has loaded rows 1 to ${formatCount(offset)}, and ${formatCount(rows)} are there`,
      { loaded: offset, rows },
    )
  }
}
