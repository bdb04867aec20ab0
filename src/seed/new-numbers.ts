import type { AnySql } from '../db/index.ts'
import { formatCount, ident, qualified } from '../kernel/index.ts'
import type { LoadTable } from './preflight.ts'
import { isIndexed, numberColumn } from './row-number.ts'
import { lockSequence, raiseSequence, reachOf, sequenceRights } from './sequences.ts'
import { unknownRows } from './unknown-rows.ts'

/** The numbers that the new rows of a table have in a column, and where the application gets its own from. */
interface NewNumbers {
  readonly table: LoadTable
  readonly column: string
  readonly start: number
  readonly first: number
  readonly last: number
  readonly sequence: string | undefined
}

const NUMBERS: ReadonlySet<string> = new Set(['sequence', 'permuted'])

/** Columns that tell new rows from others, or that a sequence of the server fills otherwise. */
export function newNumbers(table: LoadTable): NewNumbers[] {
  const { plan, live } = table
  const telling = numberColumn(plan)?.name
  const { offset = 0, rows } = plan
  return plan.columns.flatMap(({ name, generator }) => {
    const sequence = live.columns.find((column) => column.name === name)?.sequence
    if (!NUMBERS.has(generator.kind) || (sequence === undefined && name !== telling)) return []
    const start = Number(generator.start ?? 1)
    const first = start + offset
    return [{ table, column: name, start, first, last: first + rows - 1, sequence }]
  })
}

/** Where an index leads to them. What others insert is seen once the tables are locked. */
export async function refuseInserted(sql: AnySql, tables: readonly LoadTable[]): Promise<void> {
  for (const { table, column, first, last } of tables.flatMap(newNumbers)) {
    if (!isIndexed(table, column)) continue
    const name = ident(column)
    const [row] = await sql.unsafe<{ taken: string | null }[]>(
      `select min(${name})::text as taken from ${qualified(table.live)} where ${name} between ${first} and ${last}`,
    )
    if (row!.taken === null) continue
    const taken = Number(row!.taken)
    throw unknownRows(
      table.plan,
      `the new ones would have the numbers ${formatCount(first)} to ${formatCount(last)}, and ${formatCount(taken)} is there`,
      { first, taken },
    )
  }
}

/** Throws where the sequence of rows that go on behind others has handed out numbers of theirs: whoever has one may insert it at any time. */
export async function refuseHandedOut(sql: AnySql, tables: readonly LoadTable[]): Promise<void> {
  const found: Position[] = []
  for (const numbers of tables.flatMap(newNumbers)) {
    const { sequence } = numbers
    if (sequence === undefined) continue
    const { may, rises } = await sequenceRights(sql, sequence)
    if (may && rises) found.push({ numbers, position: await reachOf(sql, sequence) })
  }
  checkPositions(found, tables)
}

/** How far a sequence has come. */
interface Position {
  readonly numbers: NewNumbers
  readonly position: number
}

function checkPositions(found: readonly Position[], tables: readonly LoadTable[]): void {
  const ahead = ({ numbers: { table, first }, position }: Position) =>
    table.plan.before !== undefined && position >= first
  const worst = found.find(ahead)
  if (worst === undefined) return
  const { plan } = worst.numbers.table
  const loaded = plan.offset ?? 0
  // One number for all tables.
  const next = Math.max(
    ...tables.map((table) => 1 + (table.plan.offset ?? 0)),
    ...found.map(({ numbers: { start }, position }) => position - start + 2),
  )
  throw unknownRows(
    plan,
    `the last known row is ${formatCount(loaded)}, and its sequence has handed out numbers up to ${formatCount(worst.position)}, which may still be inserted`,
    { loaded, position: worst.position, next },
  )
}

/** Returns the tables where rows of the application may come to have numbers of ours, for want of a right. */
export async function lockNumbers(session: AnySql, tables: readonly LoadTable[]): Promise<LoadTable[]> {
  const open = new Set<LoadTable>()
  for (const { table, sequence } of tables.flatMap(newNumbers)) {
    if (sequence === undefined) continue
    const rights = await sequenceRights(session, sequence)
    if (!rights.rises) continue
    if (!(rights.may && rights.owns && (await lockSequence(session, sequence, rights)))) open.add(table)
  }
  return [...open]
}

/** The application gets numbers behind the new ones from now on; undone with the transaction, where lockNumbers() has locked the sequence. */
export async function reserveNumbers(
  session: AnySql,
  tables: readonly LoadTable[],
  { goesOn }: { goesOn: boolean },
): Promise<void> {
  const found: Position[] = []
  for (const numbers of tables.flatMap(newNumbers)) {
    const { sequence } = numbers
    if (sequence === undefined) continue
    const { may, rises } = await sequenceRights(session, sequence)
    if (may && rises) found.push({ numbers, position: await reachOf(session, sequence) })
  }
  if (goesOn) checkPositions(found, tables)
  for (const { numbers } of found) await raiseSequence(session, numbers.sequence!, String(numbers.last))
}
