import { inTransaction, isConnectionLost } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { classify, type FileStatement } from '../sql/index.ts'
import { checksumOf } from './checksum.ts'
import { dropsTables, refuseDataLoss } from './data-loss.ts'
import { EVENTS_OF, type MigrateEmit } from './events.ts'
import { explainFailure } from './failure.ts'
import { type Direction, markStep, readSteps, type StepRow } from './ledger.ts'
import { type Quarantined, quarantine } from './quarantine.ts'
import { asOurselves, cancellable, forgetSettings, retried, runOutside, type Work } from './run.ts'
import type { Script } from './script.ts'

/** What every migration of one run shares. */
export interface Run extends Work {
  readonly emit: MigrateEmit
}

export interface Job {
  readonly name: string
  readonly direction: Direction
  readonly script: Script
  /** Writes the ledger; runs in the same transaction as the last of the work. Gets the time that it took. */
  readonly record: (ms: number) => Promise<void>
  /** Refuses to drop what holds rows. */
  readonly keepData: boolean
  /** Moves tables that hold rows instead of dropping them. */
  readonly quarantine: boolean
}

/** Runs one migration, up or down, and its row in the ledger: all of it or, where statements allow that, nothing. */
export async function execute(run: Run, job: Job): Promise<void> {
  const steps = (await readSteps(run.db)).filter(
    (s) => s.migration === job.name && s.direction === job.direction,
  )
  const { before, after } = EVENTS_OF[job.direction]
  const { statements, transactional } = job.script
  const journaled = !transactional || steps.length > 0
  const begin = performance.now()
  run.emit({
    type: before,
    name: job.name,
    statements: statements.length,
    transactional: !journaled,
    alreadyDone: steps.filter((s) => s.done).length,
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

async function runInOne(run: Run, job: Job): Promise<void> {
  let moved: readonly Quarantined[] = []
  await inRetried(run, job, async () => {
    const begin = performance.now()
    moved = []
    for (const statement of job.script.statements)
      moved = [...moved, ...(await runStatement(run, job, statement))]
    await asOurselves(run.session, () => job.record(performance.now() - begin))
  })
  announceMoved(run, job, moved)
}

/** When it is committed: a transaction that was tried twice has moved things once. */
function announceMoved(run: Run, { name }: Job, moved: readonly Quarantined[]): void {
  for (const one of moved) run.emit({ type: 'migrate.quarantined', name, ...one })
}

/** A statement of a journaled migration. */
interface Step {
  readonly statement: FileStatement
  /** From 1. */
  readonly step: number
  readonly row: StepRow | undefined
}

async function runJournaled(run: Run, job: Job, rows: readonly StepRow[]): Promise<void> {
  const begin = performance.now()
  const steps = job.script.statements.map(
    (statement, i): Step => ({ statement, step: i + 1, row: rows.find(({ step }) => step === i + 1) }),
  )
  assertNotShortened(job, rows)
  for (const step of steps) assertNotEdited(job, step)
  for (const group of job.script.groups) {
    const its = steps.filter(({ statement }) => group.statements.includes(statement))
    await (group.transaction ? runTogether(run, job, its) : runApart(run, job, its[0]!))
  }
  await inRetried(run, job, () => asOurselves(run.session, () => job.record(performance.now() - begin)))
}

/** In one transaction with their rows of the journal: all of them are done, or none. */
async function runTogether(run: Run, job: Job, steps: readonly Step[]): Promise<void> {
  const open = steps.filter((step) => !isSetting(step) && !step.row?.done)
  let moved: readonly Quarantined[] = []
  const work = async () => {
    moved = []
    for (const step of steps) {
      if (isSetting(step)) await runStatement(run, job, step.statement)
      if (!open.includes(step)) continue
      announce(run, job, step)
      moved = [...moved, ...(await runStatement(run, job, step.statement))]
    }
  }
  if (open.length === 0) return work()
  await inRetried(run, job, async () => {
    await work()
    await mark(run, job, { steps: open, done: true })
  })
  announceMoved(run, job, moved)
}

async function runApart(run: Run, job: Job, step: Step): Promise<void> {
  const { statement, row } = step
  if (row?.done) return
  announce(run, job, step)
  // Before anything of it is done, so that whoever goes on knows that something may be.
  await inTransaction(run.session, () => mark(run, job, { steps: [step], done: false }))
  const outside = {
    node: statement.node,
    doing: doing(job),
    begun: row !== undefined,
    recovered: ({ what }: { readonly what: string }) =>
      run.emit({ type: 'migrate.recovered', name: job.name, step: step.step, what }),
  }
  const work = async () => void (await runStatement(run, job, statement))
  await runOutside(run, outside, work).catch(stopped(run, job))
  await inTransaction(run.session, () => mark(run, job, { steps: [step], done: true }))
}

/** What it sets ends with the session: a run that goes on after a crash needs it again. */
function isSetting({ statement }: Step): boolean {
  return 'VariableSetStmt' in statement.node
}

function announce(run: Run, { name }: Job, { step, statement }: Step): void {
  run.emit({ type: 'migrate.step', name, step, sql: statement.sql })
}

interface Marks {
  readonly steps: readonly Step[]
  readonly done: boolean
}

function mark({ session }: Run, { name, direction }: Job, { steps, done }: Marks): Promise<void> {
  return asOurselves(session, async () => {
    for (const { statement, step } of steps) {
      const checksum = checksumOf(statement.sql)
      await markStep(session, { migration: name, direction, step, checksum, done })
    }
  })
}

/** Returns what it moved instead of dropping it. */
async function runStatement(run: Run, job: Job, statement: FileStatement): Promise<readonly Quarantined[]> {
  if (run.signal?.aborted) throw interrupted(job)
  const { node } = statement
  const moves = job.quarantine && dropsTables(node)
  const lock = classify(node) !== 'alone'
  if (job.keepData && !moves) await refuseDataLoss(run.session, [statement], { lock })
  try {
    const moved = moves ? await quarantine(run.session, node) : undefined
    if (moved === undefined) await run.session.unsafe(statement.sql)
    return moved ?? []
  } catch (error) {
    if (run.signal?.aborted) throw interrupted(job)
    throw explainFailure(error, { script: job.script, statement })
  }
}

function doing({ name, direction }: Job): string {
  return `${direction === 'up' ? 'applying' : 'reverting'} ${name}`
}

function inRetried(run: Run, job: Job, use: () => Promise<void>): Promise<void> {
  return retried(run, doing(job), use).catch(stopped(run, job))
}

function stopped({ signal }: Run, job: Job) {
  return (error: unknown) => {
    throw signal?.aborted ? interrupted(job) : error
  }
}

function interrupted({ name, script }: Job): GigarowError {
  const left = script.transactional ? 'nothing of it is in the database' : 'its statements that are done stay'
  return new GigarowError('INTERRUPTED', `Stopped in the middle of ${name}; ${left}.`, {
    facts: { migration: name },
    hint: 'The same command goes on where it stopped.',
  })
}

function assertNotShortened({ name, script }: Job, steps: readonly StepRow[]): void {
  const count = script.statements.length
  const gone = steps.find((s) => s.done && s.step > count)
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

function assertNotEdited({ name, script }: Job, { statement, step, row }: Step): void {
  if (!row?.done || row.checksum === checksumOf(statement.sql)) return
  const { line } = statement
  throw new GigarowError(
    'MIGRATION_MODIFIED',
    `${script.path}:${line}: statement ${step} of ${name} was edited after it was carried out.`,
    {
      facts: { migration: name, step, line },
      hint: 'Bring the statement back as it was; statements that are not done yet may be edited.',
    },
  )
}
