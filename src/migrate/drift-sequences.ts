import type { Database } from '../db/index.ts'
import { type Drift, plain } from './drift-entry.ts'
import { QUERIES } from './sql.generated.ts'

interface OwnedSequence {
  readonly sequence: string
  readonly table: string
  readonly column: string
  readonly up: boolean
  /** Null before the first value. */
  readonly last: string | null
}

/** Sequences whose next value is in their column already (rows were loaded with values of their own). */
export async function findSequencesBehind({ sql }: Database): Promise<readonly Drift[]> {
  const found: Drift[] = []
  for (const { sequence, table, column, up, last } of await sql.unsafe<OwnedSequence[]>(
    QUERIES.owned_sequences,
  )) {
    const [row] = await sql.unsafe<{ value: string | null }[]>(
      `select ${up ? 'max' : 'min'}(${column})::text as value from ${table}`,
    )
    const value = row!.value
    if (value === null || (last !== null && isBeyond(BigInt(last), BigInt(value), up))) continue
    found.push({
      kind: 'sequence-behind',
      object: `sequence ${plain(sequence)}`,
      text: `is behind its column ${plain(table)}.${plain(column)}: select setval('${sequence}', ${value}) brings it up`,
      expected: `at least ${value}`,
      found: last ?? 'not used yet',
    })
  }
  return found
}

function isBeyond(last: bigint, value: bigint, up: boolean): boolean {
  return up ? last >= value : last <= value
}
