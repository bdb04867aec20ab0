import type { Database } from '../db/index.ts'
import { displayName } from '../kernel/index.ts'
import { planStatements, readDropped } from './dropped.ts'
import type { Run } from './ledger.ts'
import { planStrips, type StripOptions } from './plan-strips.ts'
import { isEmpty } from './preflight.ts'
import { type Preparation, stoppedRuns } from './prepare.ts'

/** What a load would find in its way, and would do to the tables, without doing it. */
export interface Preview {
  readonly drops: readonly string[]
  readonly rebuilds: readonly string[]
  /** What it leaves as it is, and why: a sentence each. */
  readonly kept: readonly string[]
  /** Loads of these tables that are unfinished: they go on with --resume, or are given up with --truncate. */
  readonly unfinished: readonly Run[]
  /** Tables that hold rows to which none are added: they are deleted with --truncate alone. */
  readonly holding: readonly string[]
}

/** Reads, and changes nothing; the store need not be there. */
export async function readPreview(
  db: Database,
  { plan, tables }: Pick<Preparation, 'plan' | 'tables'>,
  options: StripOptions,
): Promise<Preview> {
  const unfinished = await stoppedRuns(db, plan)
  const dropped = (await readDropped(db.sql)).filter(({ run }) => unfinished.some(({ id }) => id === run))
  const holding: string[] = []
  for (const { live } of plan.append ? [] : tables)
    if (!(await isEmpty(db.sql, live))) holding.push(displayName(live))
  const { strips, said: kept } = await planStrips(db, tables, options)
  return { ...planStatements(strips, dropped), kept, unfinished, holding }
}
