import { type Database, errorCodeOf, type ReservedSql } from '../db/index.ts'
import { displayName, type Emit, formatCount, GigarowError, ident, qualified } from '../kernel/index.ts'
import { readDropped } from './dropped.ts'
import { varietyOf } from './estimate/index.ts'
import type { SeedEvent } from './events.ts'
import type { TablePlan } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import { selectSql } from './rows.ts'
import { outerKeys, refuseKeysThere, tryKey } from './sample-keys.ts'
import { sampledRows, whyNotTried } from './sample-trial.ts'
import { exclusions, type KeyedTable, type UniqueKey, uniqueKeys } from './table-keys.ts'

/** Their bounds would make a condition that takes longer to read than it is worth. */
const MAX_PARTITIONS = 200

/**
 * Rows that would break a key, a check, NOT NULL or the partitions' bounds are found now and not after an hour: by what generators can make
 * at all, and by a sample that is tried in a temporary table like the real one, in a transaction that is rolled back. Throws
 * SEED_BREAKS_CONSTRAINT, SEED_NO_PARTITION.
 */
export async function checkSample(
  db: Database,
  tables: readonly LoadTable[],
  { seed, emit }: { seed: number; emit: Emit<SeedEvent> },
): Promise<void> {
  const dropped = await readDropped(db.sql)
  const keyed = tables.map((table) => ({ ...table, dropped }))
  for (const table of keyed) checkVariety(table)
  await db.withSession(async (session) => {
    await session.unsafe("begin; set local lock_timeout = '10s'; set local jit = off").simple()
    try {
      const untried = new Map<string, string[]>()
      for (const [k, table] of keyed.entries())
        for (const { what, reason } of await tryTable(session, table, {
          seed,
          into: `gigarow_sample_${k}`,
          all: tables,
        }))
          untried.set(reason, [...(untried.get(reason) ?? []), what])
      for (const [reason, what] of untried)
        emit({ type: 'notice', message: `Not tried before the load: ${what.join(', ')} (${reason}).` })
    } finally {
      await session.unsafe('rollback')
    }
  })
}

/** A key of too few values, or of so many random ones that some come twice: no sample shows that. */
function checkVariety(table: KeyedTable): void {
  const { plan } = table
  for (const index of uniqueKeys(table)) {
    const names = index.keyColumns
    const columns = names.map((name) => plan.columns.find((column) => column.name === name))
    if (
      index.partial ||
      columns.some((column) => column === undefined || column.generator.kind === 'nullable')
    )
      continue
    const varieties = columns.map((column) => varietyOf(column!.generator, plan.rows))
    if (varieties.some(({ unique }) => unique)) continue
    const values = varieties.reduce((product, variety) => product * variety.values, 1)
    if (values < plan.rows) throw tooFew(plan, index, { values, least: plan.rows - values })
    const pairs = (plan.rows * (plan.rows - 1)) / 2 / values
    // With 30 to be expected, none at all has a probability of 10^-13.
    if (varieties.every(({ random }) => random) && pairs > 30)
      throw tooFew(plan, index, { values, least: pairs })
  }
}

function tooFew(
  { table, rows }: TablePlan,
  { name, keyColumns }: UniqueKey,
  { values, least }: { values: number; least: number },
): GigarowError {
  const where = displayName(table)
  const columns = keyColumns.join(', ')
  return new GigarowError(
    'SEED_BREAKS_CONSTRAINT',
    `The rows of ${where} would break ${name}: ${columns} can have ${formatCount(values)} different values, and about ${formatCount(least)} of ${formatCount(rows)} rows would have one that is there already.`,
    {
      facts: { table: where, constraint: name, columns: keyColumns.map(String), values, rows },
      hint: 'Give the column a generator that makes none twice (gen.permuted(), gen.uuid(), isUnique: true), or fewer rows. Nothing was changed.',
    },
  )
}

interface Trial {
  readonly session: ReservedSql
  readonly plan: TablePlan
  readonly seed: number
  /** The table with the sample. */
  readonly into: string
}

interface Untried {
  readonly what: string
  readonly reason: string
}

interface TableTrial {
  readonly seed: number
  readonly into: string
  readonly all: readonly LoadTable[]
}

/** Returns what the server does not let us try; the other tables' rows are tried all the same. */
async function tryTable(
  session: ReservedSql,
  table: KeyedTable,
  { seed, into: name, all }: TableTrial,
): Promise<Untried[]> {
  const { plan } = table
  const where = displayName(plan.table)
  const trial = { session, plan, seed, into: `pg_temp.${ident(name)}` }
  const reason = await whyNotTried(session, async () => {
    await makeTable(session, table, name)
    for (const { lo, hi } of sampledRows(plan)) await tryRows(trial, lo, hi)
  })
  if (reason !== undefined) return [{ what: `the rows of ${where}`, reason }]
  const untried: Untried[] = []
  if (plan.before !== undefined) {
    const why = await whyNotTried(session, () => refuseKeysThere(trial, table))
    if (why !== undefined) untried.push({ what: `keys of ${where} that are there`, reason: why })
  }
  for (const key of await outerKeys(session, table, all)) {
    const why = await whyNotTried(session, () => tryKey(trial, key))
    if (why !== undefined) untried.push({ what: `${key.name} of ${where}`, reason: why })
  }
  return untried
}

/** One like the real one, with its unique keys, exclusions and bounds. */
async function makeTable(session: ReservedSql, table: KeyedTable, name: string): Promise<void> {
  const { live } = table
  const into = `pg_temp.${ident(name)}`
  await session.unsafe(
    `create temporary table ${ident(name)} (like ${qualified(live)} including defaults including generated including identity including constraints)`,
  )
  for (const index of uniqueKeys(table)) await session.unsafe(onOther(index, into))
  for (const { name, definition } of exclusions(table))
    await session.unsafe(`alter table ${into} add constraint ${ident(name)} ${definition}`)
  await addBounds(session, table, into)
}

/** The index's statement with another table; its name stays, as it is in the schema of temporary tables. */
function onOther({ definition }: UniqueKey, into: string): string {
  const name = String.raw`(?:"(?:[^"]|"")*"|[^\s".]+)`
  const head = new RegExp(`^CREATE UNIQUE INDEX (${name}) ON (?:ONLY )?${name}(?:\\.${name})? `)
  return definition.replace(head, (_, index: string) => `CREATE UNIQUE INDEX ${index} ON ${into} `)
}

/** A row that fits into no partition is refused as one that breaks a check. */
async function addBounds(session: ReservedSql, { live }: LoadTable, into: string): Promise<void> {
  if (live.kind !== 'partitioned' || live.leaves.length > MAX_PARTITIONS) return
  const [row] = await session.unsafe<{ condition: string | null }[]>(
    `select string_agg(coalesce('(' || pg_get_partition_constraintdef(oid) || ')', 'true'), ' or ') as condition
       from unnest($1::text[]::int8[]::oid[]) as oid`,
    [live.leaves.map((leaf) => leaf.oid)],
  )
  if (row?.condition)
    await session.unsafe(`alter table ${into} add constraint "partitions" check (${row.condition})`)
}

/** Inserts the rows; when the server refuses, halves them until the first bad one is left. */
async function tryRows(trial: Trial, lo: number, hi: number): Promise<void> {
  let [from, to] = [lo, hi]
  let error = await insertRows(trial, from, to)
  while (error !== undefined && from < to) {
    const middle = Math.floor((from + to) / 2)
    const inFirst = await insertRows(trial, from, middle)
    if (inFirst === undefined) from = middle + 1
    else {
      to = middle
      error = inFirst
    }
  }
  if (error === undefined) return
  throw badRow(trial, from, (await insertRows(trial, from, from)) ?? error)
}

/** Undefined when the server took them; else what it said of the data. */
async function insertRows({ session, plan, seed, into }: Trial, lo: number, hi: number): Promise<unknown> {
  if (lo > hi) return undefined
  const columns = plan.columns.map((column) => ident(column.name)).join(', ')
  await session`savepoint rows`
  try {
    await session.unsafe(
      `insert into ${into} (${columns}) overriding system value ${selectSql(plan, { seed, lo, hi })}`,
    )
    return undefined
  } catch (error) {
    // Values and constraints; anything else is none of the rows' fault.
    if (!/^2[23]/.test(errorCodeOf(error) ?? '')) throw error
    await session`rollback to savepoint rows`
    return error
  }
}

function badRow({ plan }: Trial, row: number, error: unknown): GigarowError {
  const where = displayName(plan.table)
  const {
    message,
    detail,
    constraint_name: constraint,
    column_name: column,
  } = error as Error & Record<string, string>
  if (constraint === 'partitions') {
    return new GigarowError(
      'SEED_NO_PARTITION',
      `Row ${formatCount(row)} of ${where} has no partition: ${detail ?? message}`,
      {
        facts: { table: where, row },
        hint: 'Declare partitions for all that the profile makes, or correct the profile. Nothing was changed.',
        cause: error,
      },
    )
  }
  const what = constraint ?? (column === undefined ? 'the table' : `NOT NULL of ${column}`)
  return new GigarowError(
    'SEED_BREAKS_CONSTRAINT',
    `Row ${formatCount(row)} of ${where} breaks ${what}: ${detail ?? message}`,
    {
      facts: { table: where, row, constraint: constraint ?? null, sqlstate: errorCodeOf(error) ?? null },
      hint: 'Correct the profile (seeds/), or the constraint. Nothing was changed.',
      cause: error,
    },
  )
}
