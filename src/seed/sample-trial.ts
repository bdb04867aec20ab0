import { errorCodeOf, type ReservedSql } from '../db/index.ts'
import { isGigarowError } from '../kernel/index.ts'
import { type Segment, segments, type TablePlan } from './plan.ts'

/** Of the beginning, the middle and the end. */
const SAMPLE = 1000

/** The rows of a table that are tried. */
export function sampledRows({ rows, offset = 0 }: Pick<TablePlan, 'rows' | 'offset'>): Segment[] {
  const half = Math.floor(rows / 2)
  return [
    { lo: 1, hi: Math.min(rows, SAMPLE) },
    { lo: Math.max(SAMPLE + 1, half), hi: Math.min(rows, half + SAMPLE / 2) },
    { lo: Math.max(SAMPLE + 1, half + SAMPLE / 2 + 1, rows - SAMPLE / 2), hi: rows },
  ]
    .map(({ lo, hi }) => ({ lo: offset + lo, hi: offset + hi }))
    .flatMap(segments)
}

/** What the server does not let us do is no reason to refuse a load: why, and nothing of it stays. What is wrong with rows is thrown. */
export async function whyNotTried(
  session: ReservedSql,
  work: () => Promise<void>,
): Promise<string | undefined> {
  await session`savepoint trial`
  try {
    await work()
    await session`release savepoint trial`
    return undefined
  } catch (error) {
    if (isGigarowError(error) || !/^(0A|2B|3|42|P0)/.test(errorCodeOf(error) ?? '')) throw error
    await session`rollback to savepoint trial`
    return (error as Error).message
  }
}
