import type { Database } from '../db/index.ts'
import { displayName } from '../kernel/index.ts'
import { planStatements, readDropped } from './dropped.ts'
import type { Run } from './ledger.ts'
import type { LoadPlan } from './plan.ts'
import { isEmpty, type LoadTable } from './preflight.ts'
import { stoppedRuns } from './prepare.ts'
import { planStrip, type Strip } from './strip.ts'

/** What a load would find in its way, and would do to the tables, without doing it. */
export interface Outlook {
  readonly drops: readonly string[]
  readonly rebuilds: readonly string[]
  /** Loads of these tables that are unfinished: they go on with --resume, or are given up with --truncate. */
  readonly unfinished: readonly Run[]
  /** Tables that hold rows: they are deleted with --truncate alone. */
  readonly holding: readonly string[]
}

/** Reads, and changes nothing; the store need not be there. `strips`: what else the load would take away. */
export async function readOutlook(
  db: Database,
  { plan, tables, strips = [] }: { plan: LoadPlan; tables: readonly LoadTable[]; strips?: readonly Strip[] },
): Promise<Outlook> {
  const unfinished = await stoppedRuns(db, plan)
  const dropped = (await readDropped(db.sql)).filter(({ run }) => unfinished.some(({ id }) => id === run))
  const holding: string[] = []
  for (const { live } of tables) if (!(await isEmpty(db.sql, live))) holding.push(displayName(live))
  const all = [...planStrip(tables.map(({ live }) => live)), ...strips]
  return { ...planStatements(all, dropped), unfinished, holding }
}
