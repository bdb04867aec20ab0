import {
  type Database,
  inTransaction,
  isConnectionLost,
  type LockPolicy,
  type ReservedSql,
  withLockRetry,
} from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { classify, type FileStatement } from '../sql/index.ts'
import { checksumOf } from './checksum.ts'
import { refuseDataLoss } from './data-loss.ts'
import { EVENTS_OF, type MigrateEmit } from './events.ts'
import { explainFailure } from './failure.ts'
import { type Direction, markStep, readSteps, type StepRow } from './ledger.ts'
import { recoverStep } from './recover.ts'
import type { Script } from './script.ts'

/** What every migration of one run shares. */
export interface Run {
  readonly db: Database
  /** The session that holds the advisory lock: everything runs on it, so that the lock outlives no work and no work it. */
  readonly session: ReservedSql
  readonly emit: MigrateEmit
  readonly lock: Partial<LockPolicy>
  readonly signal?: AbortSignal
}

export interface Job {
  readonly name: string
  readonly direction: Direction
  readonly script: Script
  /** Writes the ledger; runs in the same transaction as the last of the work. Gets the time that it took. */
  readonly record: (ms: number) => Promise<void>
  /** Refuses to drop what holds rows. */
  readonly keepData: boolean
}

/** Runs one migration, up or down, and its row in the ledger: all of it or, where statements allow that, nothing. */
export async function execute(run: Run, job: Job): Promise<void> {
  const steps = (await readSteps(run.db)).filter((s) => s.migration === job.name)
  const { before, after } = EVENTS_OF[job.direction]
  const done = steps.filter((s) => s.done && s.direction === job.direction).length
  const { statements, transactional } = job.script
  const journaled = !transactional || steps.some((s) => s.direction === job.direction)
  const begin = performance.now()
  run.emit({
    type: before,
    name: job.name,
    statements: statements.length,
    transactional: !journaled,
    alreadyDone: done,
  })
  try {
    await cancellable(run, () => (journaled ? runJournaled(run, job, steps) : runInOne(run, job)))
  } catch (error) {
    if (!isConnectionLost(error)) await forgetSettings(run.session).catch(() => {})
    throw error
  }
  await forgetSettings(run.session)
  run.emit({ type: after, name: job.name, ms: performance.now() - begin })
}

/** SET of a migration must not reach the next one, nor the pool of a caller; the advisory lock stays. */
export async function forgetSettings(session: ReservedSql): Promise<void> {
  for (const what of ['session authorization', 'role', 'all']) await session.unsafe(`reset ${what}`)
}

/** Inside of a transaction: a migration may have set a role that cannot write our tables. It is back after the commit. */
export async function asOurselves(session: ReservedSql, use: () => Promise<void>): Promise<void> {
  await session.unsafe('set local session authorization default')
  await session.unsafe('set local role to default')
  await use()
}

async function runInOne(run: Run, job: Job): Promise<void> {
  await retried(run, job, async () => {
    const begin = performance.now()
    for (const statement of job.script.statements) await runStatement(run, job, statement)
    await asOurselves(run.session, () => job.record(performance.now() - begin))
  })
}

async function runJournaled(run: Run, job: Job, steps: readonly StepRow[]): Promise<void> {
  const begin = performance.now()
  assertNotShortened(job, steps)
  for (const [i, statement] of job.script.statements.entries()) {
    const row = steps.find((s) => s.direction === job.direction && s.step === i + 1)
    await runStep(run, job, { statement, step: i + 1, row })
  }
  await retried(run, job, () => asOurselves(run.session, () => job.record(performance.now() - begin)))
}

interface Step {
  readonly statement: FileStatement
  readonly step: number
  readonly row: StepRow | undefined
}

async function runStep(run: Run, job: Job, { statement, step, row }: Step): Promise<void> {
  // What it sets ends with the session: a run that goes on after a crash needs it again.
  if ('VariableSetStmt' in statement.node) return runStatement(run, job, statement)
  const checksum = checksumOf(statement.sql)
  if (row?.done) {
    if (row.checksum !== checksum) throw editedStep(job, statement, step)
    return
  }
  const { name: migration, direction } = job
  const mark = (done: boolean) =>
    asOurselves(run.session, () => markStep(run.session, { migration, direction, step, checksum, done }))
  run.emit({ type: 'migrate.step', name: migration, step, sql: statement.sql })
  if (classify(statement.node) === 'transaction') {
    await retried(run, job, async () => {
      await runStatement(run, job, statement)
      await mark(true)
    })
    return
  }
  const recovery = await recoverStep(run.session, statement.node, { begun: row !== undefined })
  if (recovery) run.emit({ type: 'migrate.recovered', name: migration, step, what: recovery.what })
  if (!recovery?.done) {
    await inTransaction(run.session, () => mark(false))
    // It waits for other transactions without blocking anybody: no lock_timeout.
    await runStatement(run, job, statement)
  }
  await inTransaction(run.session, () => mark(true))
}

async function runStatement(run: Run, job: Job, statement: FileStatement): Promise<void> {
  if (run.signal?.aborted) throw interrupted(job)
  const alone = classify(statement.node) === 'alone'
  if (job.keepData) await refuseDataLoss(run.session, [statement], { lock: !alone })
  try {
    await run.session.unsafe(statement.sql)
  } catch (error) {
    if (run.signal?.aborted) throw interrupted(job)
    throw explainFailure(error, { script: job.script, statement })
  }
}

function retried(run: Run, job: Job, use: () => Promise<void>): Promise<void> {
  const doing = `${job.direction === 'up' ? 'applying' : 'reverting'} ${job.name}`
  const { db, session, lock, emit, signal } = run
  return withLockRetry(db, session, { doing, policy: lock, emit, ...(signal ? { signal } : {}) }, use).catch(
    (error: unknown) => {
      if (signal?.aborted) throw interrupted(job)
      throw error
    },
  )
}

/** Ctrl-C cancels the statement on the server; its transaction is then rolled back. */
export async function cancellable(run: Run, use: () => Promise<void>): Promise<void> {
  if (!run.signal) return use()
  const [me] = await run.session<{ pid: number }[]>`select pg_backend_pid() as pid`
  const cancel = () => void run.db.sql`select pg_cancel_backend(${me!.pid})`.catch(() => {})
  run.signal.addEventListener('abort', cancel, { once: true })
  try {
    await use()
  } finally {
    run.signal.removeEventListener('abort', cancel)
  }
}

function interrupted({ name, script }: Job): GigarowError {
  const left = script.transactional ? 'nothing of it is in the database' : 'its statements that are done stay'
  return new GigarowError('INTERRUPTED', `Stopped in the middle of ${name}; ${left}.`, {
    facts: { migration: name },
    hint: 'The same command goes on where it stopped.',
  })
}

function assertNotShortened({ name, direction, script }: Job, steps: readonly StepRow[]): void {
  const count = script.statements.length
  const gone = steps.find((s) => s.direction === direction && s.done && s.step > count)
  if (gone === undefined) return
  throw new GigarowError(
    'MIGRATION_MODIFIED',
    `${script.path}: statement ${gone.step} of ${name} was carried out, and the file has only ${count}.`,
    {
      facts: { migration: name, step: gone.step, statements: count },
      hint: 'Bring the statement back; statements that are not done yet may be edited.',
    },
  )
}

function editedStep({ name, script }: Job, { line }: FileStatement, step: number): GigarowError {
  return new GigarowError(
    'MIGRATION_MODIFIED',
    `${script.path}:${line}: statement ${step} of ${name} was edited after it was carried out.`,
    {
      facts: { migration: name, step, line },
      hint: 'Bring the statement back as it was; statements that are not done yet may be edited.',
    },
  )
}
