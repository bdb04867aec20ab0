import { displayName, formatCount } from '../kernel/index.ts'
import type { IndexMode } from './options.ts'
import type { LoadTable } from './preflight.ts'

/**
 * Building two indexes of 10 M rows took 8.0 s, 0.8 microseconds a row; loading 5 M rows with them in place took 18 s longer than without,
 * 3.7 microseconds a row. So to build them anew over all rows is quicker from 22 % of new rows on.
 */
const DROP_FROM = 0.25

export interface IndexChoice {
  /** Tables whose indexes, keys and autovacuum are taken away for the load. */
  readonly stripped: readonly LoadTable[]
  /** A sentence for each table where that is no matter of course. */
  readonly said: readonly string[]
}

/** What becomes of the indexes of each table: what was asked for, or what takes less time. */
export function chooseIndexes(tables: readonly LoadTable[], mode: IndexMode | undefined): IndexChoice {
  const choices = tables.map((table) => ({ table, ...choose(table, mode) }))
  return {
    stripped: choices.filter(({ drop }) => drop).map(({ table }) => table),
    said: choices.flatMap(({ said }) => said ?? []),
  }
}

function choose(
  { plan }: LoadTable,
  mode: IndexMode | undefined,
): { readonly drop: boolean; readonly said?: string } {
  const name = displayName(plan.table)
  if (plan.before === undefined)
    return mode === 'keep'
      ? { drop: false, said: `Indexes and keys of ${name} stay during the load.` }
      : { drop: true }
  const share = plan.rows / (plan.rows + plan.before.rows)
  const drop = mode === undefined ? share >= DROP_FROM : mode === 'drop'
  const why =
    mode === undefined
      ? drop
        ? ', which takes less time'
        : ', since to build them again would take longer'
      : ''
  const what = drop ? `are dropped and built again over all rows${why}` : `stay${why}`
  const percent = share < 0.01 ? 'under 1' : share > 0.99 ? 'over 99' : String(Math.round(100 * share))
  return {
    drop,
    said: `${name}: ${formatCount(plan.rows)} rows from number ${formatCount((plan.offset ?? 0) + 1)} on are added to about ${formatCount(plan.before.rows)} (${percent} % of all then). Its indexes and keys ${what}.`,
  }
}
