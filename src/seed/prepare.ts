import { type Database, endSessions, errorCodeOf, type ReservedSql, withLockRetry } from '../db/index.ts'
import { displayName, formatCount, GigarowError } from '../kernel/index.ts'
import { checkAgain } from './check-again.ts'
import type { SeedEvent } from './events.ts'
import { hasLedger, insertRun, loadedRows, openRuns, type Run, setState, workerName } from './ledger.ts'
import { PREPARE_LOCKS } from './lock-policy.ts'
import { newNumbers, reserveNumbers } from './new-numbers.ts'
import type { SeedOptions } from './options.ts'
import { type LoadPlan, tableKey, totalRows } from './plan.ts'
import { planStrips } from './plan-strips.ts'
import type { LoadTable } from './preflight.ts'
import { PERSISTENCE, type Strip } from './strip.ts'
import { dropForLoad, restoreTriggers, takeOverJournal } from './strip-run.ts'

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
      hint: run.plan.append
        ? 'Go on with: gigarow seed --resume. --truncate would delete the rows that were there before it, too.'
        : 'Go on with: gigarow seed --resume. To start again from nothing: the same command with --truncate.',
    },
  )
}

export interface Preparation {
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  /** Loads that the new one replaces. */
  readonly stopped: readonly Run[]
}

export interface Prepared {
  readonly id: number
  /** What there is to tell. */
  readonly events: readonly SeedEvent[]
}

/**
 * One transaction: afterwards the run, its chunks and its journal are there, the tables are bare and the numbers of rows that are added are
 * reserved, or nothing has happened. Foreign keys go first: a table that one points at cannot be truncated.
 */
export async function prepare(
  db: Database,
  { plan, tables, stopped }: Preparation,
  options: SeedOptions,
): Promise<Prepared> {
  const { signal, emit, lock } = options
  const { strips, said } = await planStrips(db, tables, options)
  for (const message of said) emit({ type: 'notice', message })
  const ownsAll = await mayRestart(db, tables)
  for (const run of stopped) await endSessions(db.sql, workerName(run.id))
  const policy = { ...PREPARE_LOCKS, ...lock }
  return db.withSession((session) =>
    withLockRetry(db, session, { doing: 'preparing the tables', policy, emit, signal }, async () => {
      const unlocked = options.truncate ? [] : await checkAgain(session, { plan, tables, strips })
      const id = await insertRun(session, plan, options)
      for (const run of stopped) {
        await takeOverJournal(session, { from: run.id, run: id })
        await setState(session, run.id, 'abandoned')
      }
      if (!options.withoutTriggers) await restoreTriggers(session, id)
      const isLate = ({ name, stage }: Strip) => name === PERSISTENCE.name && stage === PERSISTENCE.stage
      const dropped = await dropForLoad(session, { run: id, strips: strips.filter((s) => !isLate(s)) })
      if (options.truncate) await truncate(session, { plan, restart: ownsAll })
      // Behind TRUNCATE, when there is nothing to write anew, and last: files of unlogged tables that a crash of the server finds in an
      // open transaction may keep it from starting (leaves/fill-leaf.ts).
      const late = await dropForLoad(session, { run: id, strips: strips.filter(isLate) })
      if (!plan.append) return { id, events: [...dropped, ...late] }
      await reserveNumbers(session, tables, { goesOn: options.append?.fromRow === undefined })
      return { id, events: [...dropped, ...late, ...notReserved(unlocked)] }
    }),
  )
}

/** Where numbers come from a sequence: elsewhere there is nothing to reserve. */
function notReserved(tables: readonly LoadTable[]): SeedEvent[] {
  const numbered = tables.filter((table) => newNumbers(table).some(({ sequence }) => sequence !== undefined))
  return [...new Set(numbered)].map(({ live }) => ({
    type: 'notice',
    message: `Rows that the application inserts into ${displayName(live)} from now on may have numbers of those that are added: this role may not lock the table and set its sequence.`,
  }))
}

/** Starting a sequence again takes its owner, who is the table's; the right TRUNCATE is not enough. */
async function mayRestart({ sql }: Database, tables: readonly LoadTable[]): Promise<boolean> {
  const oids = tables.flatMap(({ live }) => [live.oid, ...live.leaves.map((leaf) => leaf.oid)])
  const [row] = await sql<{ owns: boolean }[]>`
    select coalesce(bool_and(pg_has_role(relowner, 'usage')), true) as owns from pg_class where oid = any (${oids}::text[]::int8[]::oid[])`
  return row!.owns
}

async function truncate(
  session: ReservedSql,
  { plan, restart }: { plan: LoadPlan; restart: boolean },
): Promise<void> {
  const names = plan.tables.map(tableKey).join(', ')
  try {
    await session.unsafe(`truncate ${names}${restart ? ' restart identity' : ''}`)
  } catch (error) {
    if (errorCodeOf(error) !== '0A000') throw error
    const { message, detail = message } = error as Error & { detail?: string }
    throw new GigarowError('SEED_REFERENCED', `The tables cannot be emptied: ${detail}`, {
      facts: { detail },
      cause: error,
      hint: 'The foreign key is not this role’s to take away for the load: have its owner drop it meanwhile, or load as that role. Nothing was changed.',
    })
  }
}
