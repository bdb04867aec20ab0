import type { LiveTable } from '../catalog/index.ts'
import { type Database, inTransaction, type ReservedSql } from '../db/index.ts'
import { formatCount, GigarowError, ident, qualified } from '../kernel/index.ts'
import { varietyOf } from './estimate/index.ts'
import { chunkAt, chunkCount, segments, type TablePlan } from './plan.ts'
import { blockOf, compileRows, RowHash, type RowTwin, rowHashSql } from './rows.ts'

export interface OddRowOptions {
  readonly table: TablePlan
  readonly live: LiveTable
  readonly seed: number
  /** The number of a row, from 0 for the first of the load, as SQL; undefined where no row tells its own. */
  readonly number: string | undefined
}

/** A row that is not as the profile makes it. */
interface OddRow {
  /** Null: the profile has none like it. */
  readonly row: number | null
  /** A sentence. */
  readonly what: string
}

/** More rows are not read back; nor for longer than this. */
const MOST_ROWS = 1_000_000
const MOST_SECONDS = 60
const FETCH_ROWS = 5000

/** The same error, with the first row that is wrong and its column, where that can be told. */
export async function namingRow(db: Database, error: unknown, options: OddRowOptions): Promise<unknown> {
  if (!(error instanceof GigarowError) || error.code !== 'SEED_VERIFY_FAILED') return error
  const [chunk = 0] = error.facts.chunks as readonly number[]
  const odd = await findOddRow(db, options, chunk).catch(() => undefined)
  if (odd === undefined) return error
  return new GigarowError(error.code, `${error.message} ${odd.what}`, {
    facts: { ...error.facts, row: odd.row },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}

async function findOddRow(db: Database, options: OddRowOptions, chunk: number): Promise<OddRow | undefined> {
  const { table } = options
  const { offset = 0 } = table
  const isNumbered = options.number !== undefined
  if (isNumbered && (chunk < 0 || chunk >= chunkCount(table))) return undefined
  const range = isNumbered ? chunkAt(table, chunk) : { lo: offset + 1, hi: offset + table.rows }
  if (range.hi - range.lo >= MOST_ROWS) return undefined
  return db.withSession((session) =>
    inTransaction(session, async () => {
      await session
        .unsafe(`set transaction read only; set local statement_timeout = '${MOST_SECONDS}s'`)
        .simple()
      const look = { ...options, session, lo: range.lo, hi: range.hi }
      return isNumbered ? byNumber(look, options.number) : byHash(look)
    }),
  )
}

interface Look extends OddRowOptions {
  readonly session: ReservedSql
  readonly lo: number
  readonly hi: number
}

async function byNumber(look: Look, number: string): Promise<OddRow | undefined> {
  const { table, lo, hi } = look
  const base = 1 + (table.offset ?? 0)
  const seen = new Uint8Array(hi - lo + 1)
  let first = Number.POSITIVE_INFINITY
  const expected = hashes(look)
  await fetchAll(
    look,
    {
      columns: `${number}::text as n, ${rowHashSql(table, 't')}::text as hash`,
      where: `${number} between ${lo - base} and ${hi - base}`,
    },
    ({ n, hash }) => {
      const k = Number(n) + base - lo
      if (seen[k]! < 2) seen[k]!++
      if (seen[k]! > 1 || BigInt.asUintN(64, BigInt(hash!)) !== expected[k]) first = Math.min(first, lo + k)
    },
  )
  const missing = seen.indexOf(0)
  if (missing !== -1) first = Math.min(first, lo + missing)
  if (first === Number.POSITIVE_INFINITY) return undefined
  return describe(look, { row: first, where: `${number} = ${first - base}`, values: [] })
}

/** Rows that nobody can tell by a number are told by their hash. */
async function byHash(look: Look): Promise<OddRow | undefined> {
  const { table, seed, lo, hi } = look
  const left = new Map<bigint, number>()
  await fetchAll(look, { columns: `${rowHashSql(table, 't')}::text as hash`, where: 'true' }, ({ hash }) => {
    const value = BigInt.asUintN(64, BigInt(hash!))
    // Of a table with far more rows than it should have none says more than their number.
    if (left.size < hi + MOST_ROWS) left.set(value, (left.get(value) ?? 0) + 1)
  })
  const row = hashes(look).findIndex((hash) => {
    const count = left.get(hash) ?? 0
    left.set(hash, count - 1)
    return count === 0
  })
  if (row === -1) return undefined
  const key = table.columns.find(({ generator }) => varietyOf(generator, table.rows).unique)
  if (key === undefined)
    return { row: lo + row, what: `Row ${formatCount(lo + row)} is not there as the profile makes it.` }
  const text = twinOf(table, { seed, row: lo + row }).text(lo + row)[table.columns.indexOf(key)] ?? ''
  return describe(look, { row: lo + row, where: `${printed(key.name)} = $1`, values: [text] })
}

/** Of rows lo to hi. */
function hashes({ table, seed, lo, hi }: Look): BigUint64Array {
  const all = new BigUint64Array(hi - lo + 1)
  for (const { block, lo: from, hi: to } of segments({ lo, hi })) {
    const rows = compileRows(table, { seed, block })
    for (let i = from; i <= to; i++) {
      const hash = new RowHash()
      rows.hashInto(i, hash)
      all[i - lo] = hash.value
    }
  }
  return all
}

function twinOf(table: TablePlan, { seed, row }: { seed: number; row: number }): RowTwin {
  return compileRows(table, { seed, block: blockOf(row) })
}

/** As the server prints it in COPY: a cast to text writes booleans otherwise. */
function printed(column: string): string {
  return `case when ${ident(column)} is not null then format('%s', ${ident(column)}) end`
}

async function fetchAll(
  { session, live }: Look,
  { columns, where }: { columns: string; where: string },
  take: (row: Record<string, string>) => void,
): Promise<void> {
  await session.unsafe(
    `declare odd_rows no scroll cursor for select ${columns} from ${qualified(live)} t where ${where}`,
  )
  for (;;) {
    const rows = await session.unsafe<Record<string, string>[]>(`fetch ${FETCH_ROWS} from odd_rows`)
    rows.forEach(take)
    if (rows.length < FETCH_ROWS) break
  }
  await session.unsafe('close odd_rows')
}

interface Suspect {
  readonly row: number
  readonly where: string
  readonly values: readonly string[]
}

/** What is the matter with the row: it is not there, more than once, or differs in a column. */
async function describe(
  { session, live, table, seed }: Look,
  { row, where, values }: Suspect,
): Promise<OddRow> {
  const columns = table.columns.map(({ name }) => printed(name))
  const found = await session.unsafe<{ cells: (string | null)[] }[]>(
    `select array[${columns.join(', ')}] as cells from ${qualified(live)} where ${where} limit 3`,
    [...values],
  )
  const name = `Row ${formatCount(row)}`
  const [only] = found
  if (only === undefined) return { row, what: `${name} is not there.` }
  if (found.length > 1) return { row, what: `${name} is there more than once.` }
  const expected = twinOf(table, { seed, row }).text(row)
  const k = expected.findIndex((text, at) => text !== only.cells[at])
  if (k === -1) return { row, what: `${name} is not there as the profile makes it.` }
  return {
    row,
    what: `${name} has ${table.columns[k]!.name} = ${shown(only.cells[k])} instead of ${shown(expected[k])}.`,
  }
}

const MOST_LETTERS = 60

function shown(text: string | null | undefined): string {
  if (text === null || text === undefined) return 'null'
  return text.length > MOST_LETTERS ? `"${text.slice(0, MOST_LETTERS)}…"` : `"${text}"`
}
