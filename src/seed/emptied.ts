import type { Database, Sql } from '../db/index.ts'
import { displayName, formatCount, GigarowError, qualified } from '../kernel/index.ts'
import { forgetChunks, type Run } from './ledger.ts'
import type { SeedOptions } from './options.ts'
import { type RowsBefore, tableKey } from './plan.ts'
import { isEmpty, type LoadTable } from './preflight.ts'

/** A crash of the server has emptied unlogged tables, whose ledger still calls chunks done. */
export async function loadEmptiedAgain(
  db: Database,
  { run, tables }: { run: Run; tables: readonly LoadTable[] },
  { emit }: SeedOptions,
): Promise<void> {
  for (const { plan, live } of tables) {
    const lost = await lostChunks(db.sql, { plan, live })
    if (lost === 'none') continue
    if (plan.before !== undefined) throw rowsLost(live, plan.before)
    const rows = await forgetChunks(db.sql, { run: run.id, table: tableKey(plan), chunks: lost })
    if (rows === 0) continue
    const message = `The unlogged table ${displayName(live)} has lost the ${formatCount(rows)} rows that were loaded, as a crash of the server does: they are loaded again.`
    emit({ type: 'notice', message })
  }
}

function rowsLost(live: LoadTable['live'], { rows }: RowsBefore): GigarowError {
  const table = displayName(live)
  return new GigarowError(
    'SEED_ROWS_LOST',
    `The unlogged table ${table} has lost all of its rows, as a crash of the server does: also about ${formatCount(rows)} that were there before this load.`,
    {
      facts: { table, rows },
      hint: 'Load the table again as a whole: the same command with --truncate instead of --append.',
    },
  )
}

/** Of a table that is filled partition by partition, those of its unlogged partitions that are empty; else all or none. */
async function lostChunks(sql: Sql, { plan, live }: LoadTable): Promise<readonly number[] | 'all' | 'none'> {
  if (plan.units === undefined)
    return live.leaves.every((leaf) => leaf.unlogged) && (await isEmpty(sql, live)) ? 'all' : 'none'
  const unlogged = new Set(live.leaves.filter((leaf) => leaf.unlogged).map(qualified))
  const lost: number[] = []
  for (const [chunk, { leaf }] of plan.units.entries())
    if (unlogged.has(qualified(leaf)) && (await isEmpty(sql, leaf))) lost.push(chunk)
  return lost
}
