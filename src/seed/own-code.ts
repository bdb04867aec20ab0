import { type AnySql, errorCodeOf } from '../db/index.ts'
import { displayName, formatCount, GigarowError, ident } from '../kernel/index.ts'
import type { LoadPlan } from './plan.ts'
import { segments } from './plan.ts'
import type { ColumnFill, GeneratorSpec, Profile, TableFill } from './profile.ts'
import { blockOf, compileRows, selectSql } from './rows.ts'
import { eachSpec } from './specs.ts'

/** Rows of each sample: at the beginning, in the middle, at the end, and where 32 bits end. */
const SAMPLE = 1000

function pairsOf(column: ColumnFill): GeneratorSpec[] {
  return eachSpec(column.generator).filter((spec) => spec.kind === 'pair')
}

/**
 * A plan comes from the ledger, and with it the functions that gen.pair() has written down: they run only where the profile's file has the same
 * ones. Else whoever can write to the database could run code here. Throws SEED_CODE_UNKNOWN.
 */
export function checkOwnCode({ profile: name, tables }: LoadPlan, profile: Profile | undefined): void {
  const codeOf = (fills: readonly TableFill[]) =>
    fills.flatMap(({ columns }) => columns.flatMap(pairsOf)).map(({ js }) => String(js))
  const known = new Set(codeOf(profile?.tables ?? []))
  if (codeOf(tables).every((code) => known.has(code))) return
  throw new GigarowError(
    'SEED_CODE_UNKNOWN',
    `The stopped load of profile ${name} has generators of its own, whose code is not that of the profile in seeds/.`,
    {
      facts: { profile: name },
      hint: `Bring the profile back to what it was when the load began, or start again: gigarow seed --profile ${name} --truncate.`,
    },
  )
}

export function hasOwnCode({ tables }: Pick<LoadPlan, 'tables'>): boolean {
  return tables.some(({ columns }) => columns.some((column) => pairsOf(column).length > 0))
}

/** Compares both twins of the user's own generators on samples of rows. Throws SEED_TWINS_DIFFER with the first row that differs. */
export async function checkPairs(
  sql: AnySql,
  { seed, tables }: Pick<LoadPlan, 'seed' | 'tables'>,
): Promise<void> {
  for (const table of tables) {
    for (const column of table.columns.filter((own) => pairsOf(own).length > 0)) {
      const fill: TableFill = { ...table, columns: [column] }
      for (const range of samples(table)) await compare(sql, { fill, column, seed, ...range })
    }
  }
}

function samples({ rows, offset = 0 }: TableFill): { lo: number; hi: number }[] {
  const [first, last] = [offset + 1, offset + rows]
  const around = (row: number, count: number) => ({
    lo: Math.max(first, row - count / 2),
    hi: Math.min(last, row + count / 2),
  })
  return [around(first, SAMPLE), around(offset + Math.floor(rows / 2), SAMPLE), around(last, SAMPLE)]
    .concat([2 ** 31, 2 ** 32].filter((row) => row > first && row < last).map((row) => around(row, 100)))
    .flatMap((range) => segments(range))
}

interface Sample {
  readonly fill: TableFill
  readonly column: ColumnFill
  readonly seed: number
  readonly lo: number
  readonly hi: number
}

async function compare(sql: AnySql, { fill, column, seed, lo, hi }: Sample): Promise<void> {
  const query = `select ${ident(column.name)}::text as cell from (${selectSql(fill, { seed, lo, hi })}) t`
  const name = `${displayName(fill.table)}.${column.name}`
  const server = await sql.unsafe<{ cell: string | null }[]>(query).catch((error: unknown) => {
    const sqlstate = errorCodeOf(error) ?? ''
    // Syntax, names and values; all else, such as a lost connection, is not the expression's fault.
    if (!/^(42|22)/.test(sqlstate)) throw error
    const { message } = error as Error
    throw new GigarowError('SEED_TWINS_DIFFER', `The SQL of the generator of ${name} fails: ${message}.`, {
      facts: { sqlstate, table: displayName(fill.table), column: column.name },
      hint: 'Correct the sql of gen.pair() in the profile (seeds/).',
      cause: error,
    })
  })
  const twin = compileRows(fill, { seed, block: blockOf(lo) })
  for (const [k, { cell }] of server.entries()) {
    const ours = asServer(twin.text(lo + k)[0] ?? null, column.type)
    if (ours === cell) continue
    throw new GigarowError(
      'SEED_TWINS_DIFFER',
      `The two twins of the generator of ${name} differ in row ${formatCount(lo + k)}: sql makes ${show(cell)}, js makes ${show(ours)}.`,
      {
        facts: { table: displayName(fill.table), column: column.name, row: lo + k, sql: cell, js: ours },
        hint: 'Correct gen.pair() in the profile (seeds/): both must make the same value of i, r and s.',
      },
    )
  }
}

/** A cast of boolean to text writes words, the output function letters; one of char(n) leaves the blanks behind it out. */
function asServer(text: string | null, type: string): string | null {
  if (/^(bp)?char(acter)?\s*(\(|$)/i.test(type)) return text?.replace(/ +$/, '') ?? null
  return type === 'boolean' || type === 'bool' ? (text === 't' ? 'true' : text && 'false') : text
}

function show(cell: string | null): string {
  return cell === null ? 'null' : JSON.stringify(cell)
}
