import { type Database, endSessions, withLockRetry } from '../db/index.ts'
import { formatCount, GigarowError } from '../kernel/index.ts'
import { hasLedger, insertRun, loadedRows, openRuns, type Run, setState, workerName } from './ledger.ts'
import type { SeedOptions } from './options.ts'
import { type LoadPlan, tableKey, totalRows } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import { planStrip } from './strip.ts'
import { dropForLoad, restoreTriggers, takeOverJournal } from './strip-run.ts'
import { readRowTriggers, stripTriggers } from './triggers.ts'

/** Loads that stopped and own a table of the plan: its indexes are still away. */
export async function stoppedRuns(db: Database, plan: LoadPlan): Promise<Run[]> {
  if (!(await hasLedger(db.sql))) return []
  const mine = new Set(plan.tables.map(tableKey))
  return (await openRuns(db.sql)).filter((run) => run.plan.tables.some((t) => mine.has(tableKey(t))))
}

export async function refuseUnfinished(db: Database, [run]: readonly Run[]): Promise<void> {
  if (run === undefined) return
  const rows = await loadedRows(db.sql, run.id)
  throw new GigarowError(
    'SEED_UNFINISHED',
    `Load ${run.id} of profile ${run.plan.profile} stopped at ${formatCount(rows)} of ${formatCount(totalRows(run.plan))} rows.`,
    {
      facts: { run: run.id, profile: run.plan.profile, rows, state: run.state },
      hint: 'Go on with: gigarow seed --resume. To start again from nothing: the same command with --truncate.',
    },
  )
}

export interface Preparation {
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  /** Loads that the new one replaces. */
  readonly stopped: readonly Run[]
}

/**
 * One transaction: afterwards the run, its chunks and its journal are there and the tables are bare, or nothing has
 * happened. Foreign keys go first: a table that one points at cannot be truncated.
 */
export async function prepare(
  db: Database,
  { plan, tables, stopped }: Preparation,
  options: SeedOptions,
): Promise<number> {
  const { withoutTriggers = false } = options
  const triggers = withoutTriggers ? await readRowTriggers(db.sql, tables) : []
  const strips = [...planStrip(tables.map((t) => t.live)), ...stripTriggers(triggers)]
  const { signal, emit } = options
  for (const run of stopped) await endSessions(db.sql, workerName(run.id))
  const { id, events } = await db.withSession((session) =>
    withLockRetry(
      db,
      session,
      { doing: 'preparing the tables', policy: { attempts: 4 }, signal },
      async () => {
        const id = await insertRun(session, plan, options)
        for (const run of stopped) {
          await takeOverJournal(session, { from: run.id, run: id })
          await setState(session, run.id, 'abandoned')
        }
        if (!withoutTriggers) await restoreTriggers(session, id)
        const events = await dropForLoad(session, { run: id, strips })
        if (options.truncate)
          await session.unsafe(`truncate ${plan.tables.map(tableKey).join(', ')} restart identity`)
        return { id, events }
      },
    ),
  )
  events.forEach(emit)
  return id
}
