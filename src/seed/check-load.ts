import type { Database } from '../db/index.ts'
import { checkCounts, planAppend } from './append.ts'
import { whileNoneWorks } from './exclusively.ts'
import type { SeedOptions } from './options.ts'
import { checkPairs } from './own-code.ts'
import type { LoadPlan } from './plan.ts'
import { checkEmpty, checkUnreferenced, readTables } from './preflight.ts'
import { type Preparation, refuseUnfinished, stoppedRuns } from './prepare.ts'
import { checkRights } from './rights.ts'
import { withRowsBefore } from './verify.ts'
import type { WorkerPool } from './workers.ts'

/** Refuses what seed() would refuse by a look at the tables, also while another load works. Changes nothing; the store need not be there. */
export async function checkLoad(
  db: Database,
  plan: LoadPlan,
  options: Pick<SeedOptions, 'truncate' | 'append'>,
): Promise<Preparation> {
  return whileNoneWorks(db, () => checkTables(db, plan, options))
}

/** Refuses what cannot be loaded, before anything is changed. */
export async function checkTables(
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
