import type { Database } from '../db/index.ts'
import { displayName } from '../kernel/index.ts'
import { planStatements, readDropped } from './dropped.ts'
import type { Run } from './ledger.ts'
import type { LoadPlan } from './plan.ts'
import { isEmpty, type LoadTable } from './preflight.ts'
import { stoppedRuns } from './prepare.ts'
import type { Strip } from './strip.ts'

/** What a load would find in its way, and would do to the tables, without doing it. */
export interface Preview {
  readonly drops: readonly string[]
  readonly rebuilds: readonly string[]
  /** Loads of these tables that are unfinished: they go on with --resume, or are given up with --truncate. */
  readonly unfinished: readonly Run[]
  /** Tables that hold rows: they are deleted with --truncate alone. */
  readonly holding: readonly string[]
}

/** Reads, and changes nothing; the store need not be there. */
export async function readPreview(
  db: Database,
  { plan, tables, strips }: { plan: LoadPlan; tables: readonly LoadTable[]; strips: readonly Strip[] },
): Promise<Preview> {
  const unfinished = await stoppedRuns(db, plan)
  const dropped = (await readDropped(db.sql)).filter(({ run }) => unfinished.some(({ id }) => id === run))
  const holding: string[] = []
  for (const { live } of tables) if (!(await isEmpty(db.sql, live))) holding.push(displayName(live))
  return { ...planStatements(strips, dropped), unfinished, holding }
}
