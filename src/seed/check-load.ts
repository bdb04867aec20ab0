import type { Database } from '../db/index.ts'
import { checkCounts, planAppend } from './append.ts'
import { calibrate } from './calibrate.ts'
import { checkSpace, estimateLoad } from './estimate/index.ts'
import type { SeedOptions } from './options.ts'
import { checkPairs } from './own-code.ts'
import type { LoadPlan } from './plan.ts'
import { checkEmpty, checkUnreferenced, type LoadTable, readTables } from './preflight.ts'
import { type Preparation, refuseUnfinished, stoppedRuns } from './prepare.ts'
import { checkRights } from './rights.ts'
import { checkSample } from './sample-check.ts'
import { withRowsBefore } from './verify.ts'
import type { WorkerPool } from './workers.ts'

/** Refuses what cannot be loaded, before anything is changed. The store has to be there. */
export async function checkLoad(
  db: Database,
  plan: LoadPlan,
  { truncate, append }: Pick<SeedOptions, 'truncate' | 'append'>,
): Promise<Preparation> {
  await checkRights(db, plan, { truncate: truncate === true })
  const tables = await readTables(db.sql, plan)
  const stopped = await stoppedRuns(db, plan)
  if (append !== undefined) {
    await refuseUnfinished(db, stopped)
    const placed = await planAppend(db, { plan, tables, fromRow: append.fromRow })
    await checkPairs(db.sql, placed.plan)
    return { ...placed, stopped }
  }
  await checkPairs(db.sql, plan)
  if (truncate) await checkUnreferenced(db.sql, tables)
  else {
    await refuseUnfinished(db, stopped)
    await checkEmpty(db.sql, tables)
  }
  return { plan, tables, stopped }
}

/** Rows that are there already are counted and summed where no number tells new ones from them. */
export async function countBefore(
  db: Database,
  { plan, tables, threads }: Pick<Preparation, 'plan' | 'tables'> & { threads: WorkerPool },
  { jobs, signal, append }: SeedOptions,
): Promise<Pick<Preparation, 'plan' | 'tables'>> {
  const counted = await withRowsBefore(db, { plan, tables, jobs, threads, signal })
  if (append?.fromRow === undefined) checkCounts(counted, plan)
  return { plan: counted, tables: tables.map(({ live }, k) => ({ live, plan: counted.tables[k]! })) }
}

/** What would stop the load in its middle stops it now: no space, rows that break a constraint. Returns the options with the filler chosen. */
export async function preflightLoad(
  db: Database,
  { plan, tables, threads }: { plan: LoadPlan; tables: readonly LoadTable[]; threads: WorkerPool },
  options: SeedOptions,
): Promise<SeedOptions> {
  const { jobs, emit, signal, unlogged } = options
  await checkRoom(db, { plan, tables }, options)
  await checkSample(db, tables, { seed: plan.seed, emit })
  if (!options.calibrate) return options
  const calibration = await calibrate(db, tables, { plan, jobs, threads, unlogged, signal })
  emit({ type: 'calibrated', ...calibration })
  return { ...options, filler: calibration.filler }
}

/** What the tables take already is not needed again: of a load that goes on, too. */
export async function checkRoom(
  db: Database,
  { plan, tables }: { plan: LoadPlan; tables: readonly LoadTable[] },
  { space, jobs, filler, indexes, unlogged }: SeedOptions,
): Promise<void> {
  if (space !== undefined)
    checkSpace((await estimateLoad(db, { plan, tables, jobs, filler, indexes, unlogged })).disk, space)
}
