import { cancellingSessions, type Database, endSessions, explainDbError, withWayOut } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { ensureStore } from '../store/index.ts'
import { checkTables, countBefore } from './check-load.ts'
import { loadEmptiedAgain } from './emptied.ts'
import type { Phase, PhaseUnit } from './events.ts'
import { exclusively } from './exclusively.ts'
import { FILLERS } from './fill.ts'
import { planVacuum, type VacuumPlan, vacuumAll, vacuumSteps } from './finish.ts'
import { forecastLoad, preflightLoad } from './forecast.ts'
import { explainPaths, planLeaves, readPaths, treesOf } from './leaves/trees.ts'
import {
  loadedRows,
  openRuns,
  type PhaseRecord,
  type Run,
  readRun,
  recordPhase,
  setState,
  workerName,
} from './ledger.ts'
import type { SeedOptions } from './options.ts'
import { checkOwnCode } from './own-code.ts'
import { type Filler, type LoadPlan, totalRows } from './plan.ts'
import { type LoadTable, preflight } from './preflight.ts'
import { prepare } from './prepare.ts'
import { checkRights } from './rights.ts'
import { setSequences } from './sequences.ts'
import { watching } from './server-progress.ts'
import { outstanding, rebuild } from './strip-run.ts'
import { tableOrder } from './table-order.ts'
import { type TableResult, verify } from './verify.ts'
import type { WorkerPool } from './workers.ts'

export interface SeedReport {
  readonly run: number
  readonly profile: string
  readonly seed: number
  readonly filler: Filler
  readonly jobs: number
  readonly rows: number
  readonly phases: readonly PhaseRecord[]
  readonly tables: readonly TableResult[]
}

/**
 * Fills the tables of a plan: prepare, load, indexes, vacuum, verify. The database must have room for `jobs` + 2
 * connections. Whatever ends it early (a signal, a crash on either side), resume() goes on from the ledger.
 */
export async function seed(db: Database, plan: LoadPlan, given: SeedOptions): Promise<SeedReport> {
  if (given.unlogged && given.append !== undefined)
    throw new GigarowError('USAGE', 'Rows are not added to tables that a crash would empty.', {
      hint: 'Leave unlogged or append out.',
    })
  await ensureStore(db)
  return exclusively(db, given, async (threads) => {
    const checked = await checkTables(db, plan, given)
    const started = performance.now()
    if (given.filler === 'copy' || given.calibrate) threads.warm()
    const options = await preflightLoad(db, { ...checked, threads }, given)
    options.emit({ type: 'phase.started', phase: 'prepare', total: 1, unit: 'steps', done: 0 })
    const { plan: counted, tables } = await countBefore(db, { ...checked, threads }, options)
    const paths = await readPaths(db.sql, tables)
    const whole = planLeaves(counted, paths, options.jobs)
    for (const message of explainPaths(whole, paths)) options.emit({ type: 'notice', message })
    options.signal.throwIfAborted()
    const { id, events } = await prepare(db, { plan: whole, tables, stopped: checked.stopped }, options)
    return keepingRun(db, { run: id, signal: options.signal }, async () => {
      events.forEach(options.emit)
      let run = await readRun(db.sql, id)
      tellStart(run, options, { resumed: false })
      run = await finishPhase(db, { run, phase: 'prepare', started, rows: 0 }, options)
      return carryOn(db, { run, tables, threads }, options)
    })
  })
}

/** Goes on with an unfinished load, with its own plan; filler and jobs may differ, the rows cannot. */
export async function resume(db: Database, run: Run, options: SeedOptions): Promise<SeedReport> {
  checkOwnCode(run.plan, options.profile)
  return exclusively(db, options, (threads) =>
    keepingRun(db, { run: run.id, signal: options.signal }, async () => {
      await endSessions(db.sql, workerName(run.id))
      await checkRights(db, run.plan, { truncate: false })
      const tables = await preflight(db.sql, run.plan)
      await loadEmptiedAgain(db, { run, tables }, options)
      const now = await readRun(db.sql, run.id)
      const { notices } = await forecastLoad(db, { plan: run.plan, tables }, options)
      for (const message of notices) options.emit({ type: 'notice', message })
      tellStart(now, options, { resumed: true })
      return carryOn(db, { run: now, tables, threads }, options)
    }),
  )
}

/** Unfinished loads, newest first; none when gigarow was never used on the database. */
export async function unfinishedRuns(db: Database): Promise<Run[]> {
  await ensureStore(db)
  return openRuns(db.sql)
}

const WAYS_OUT = {
  LOCK_TIMEOUT: 'Wait for their end, or end them: select pg_terminate_backend(<process>).',
} as const

/** From here on a failure of the server, or a signal, leaves a run that can be resumed: the error says how. */
async function keepingRun<T>(
  db: Database,
  { run, signal }: { run: number; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (signal.aborted)
      throw new GigarowError('INTERRUPTED', 'The load was stopped; every finished chunk stays.', {
        facts: { run },
        hint: 'Go on with: gigarow seed --resume',
        cause,
      })
    throw withWayOut(explainDbError(cause, db.target, 'loading'), {
      facts: { run },
      goOn: 'Every finished chunk stays; go on with: gigarow seed --resume',
      more: WAYS_OUT,
    })
  }
}

interface Progress {
  readonly run: Run
  readonly tables: readonly LoadTable[]
  readonly threads: WorkerPool
}

function tellStart(run: Run, { emit, filler, jobs }: SeedOptions, { resumed }: { resumed: boolean }): void {
  const { profile } = run.plan
  emit({ type: 'run.started', run: run.id, profile, rows: totalRows(run.plan), filler, jobs, resumed })
}

async function carryOn(
  db: Database,
  { run, tables, threads }: Progress,
  options: SeedOptions,
): Promise<SeedReport> {
  const { emit, signal, filler, jobs } = options
  const { plan } = run
  const rows = totalRows(plan)
  const began = performance.now()
  let now = run
  const phase = async (
    name: Phase,
    size: { total: number; unit: PhaseUnit; done: number; rows: number },
    work: () => Promise<void>,
  ) => {
    signal.throwIfAborted()
    emit({ type: 'phase.started', phase: name, total: size.total, unit: size.unit, done: size.done })
    const started = performance.now()
    await watching(db, { run: run.id, phase: name, emit }, () =>
      cancellingSessions(db, { applicationName: workerName(run.id), signal }, work),
    )
    signal.throwIfAborted()
    now = await finishPhase(db, { run: now, phase: name, started, rows: size.rows }, options)
  }
  if (now.state === 'loading') {
    const loaded = await loadedRows(db.sql, run.id)
    const trees = treesOf(await readPaths(db.sql, tables))
    const ordered = await tableOrder(db.sql, { plan, tables })
    await phase('load', { total: rows, unit: 'rows', done: loaded, rows }, () =>
      FILLERS[filler]({ db, run: run.id, ...ordered, jobs, threads, trees, loaded, emit, signal }),
    )
    await checkAllDone(db, run)
    now = await advance(db, now, 'finishing')
  }
  if (now.state === 'finishing') {
    const todo = (await outstanding(db.sql, run.id)).length
    await phase('indexes', { total: todo, unit: 'steps', done: 0, rows }, () =>
      rebuild(db, { ...options, run: run.id, append: plan.append === true }),
    )
    const vacuum = await planVacuum(db, tables)
    await phase('vacuum', { total: vacuumSteps(vacuum), unit: 'steps', done: 0, rows }, () =>
      vacuumPhase(db, { run: run.id, tables, vacuum }, options),
    )
    now = await advance(db, now, 'verifying')
  }
  let results: TableResult[] = []
  const read = plan.tables.reduce((sum, { before }) => sum + (before?.checksum ? before.rows : 0), rows)
  await phase('verify', { total: read, unit: 'rows', done: 0, rows: read }, async () => {
    results = await verify(db, { run: run.id, plan, tables, jobs, threads, emit, signal })
  })
  await setState(db.sql, run.id, 'done')
  emit({ type: 'run.finished', run: run.id, seconds: (performance.now() - began) / 1000 })
  return {
    run: run.id,
    profile: plan.profile,
    seed: plan.seed,
    filler,
    jobs,
    rows,
    phases: now.phases,
    tables: results,
  }
}

interface VacuumPhase {
  readonly run: number
  readonly tables: readonly LoadTable[]
  readonly vacuum: VacuumPlan
}

async function vacuumPhase(
  db: Database,
  { run, tables, vacuum }: VacuumPhase,
  options: SeedOptions,
): Promise<void> {
  const { jobs, signal, emit } = options
  await setSequences(db, { run, tables }, options)
  for (const message of vacuum.denied) emit({ type: 'notice', message })
  let done = 0
  await vacuumAll(db, vacuum, {
    run,
    jobs,
    signal,
    onDone: (relation) => emit({ type: 'phase.progress', phase: 'vacuum', done: ++done, detail: relation }),
  })
}

async function finishPhase(
  db: Database,
  { run, phase, started, rows }: { run: Run; phase: Phase; started: number; rows: number },
  { emit }: SeedOptions,
): Promise<Run> {
  const seconds = (performance.now() - started) / 1000
  const recorded = await recordPhase(db.sql, run, { name: phase, seconds, rows })
  emit({
    type: 'phase.finished',
    phase,
    seconds: recorded.phases.find((p) => p.name === phase)!.seconds,
    rows,
  })
  return recorded
}

async function advance(db: Database, run: Run, state: Run['state']): Promise<Run> {
  await setState(db.sql, run.id, state)
  return { ...run, state }
}

/** A chunk that another session still held when ours looked would be missing: nothing goes on before all are done. */
async function checkAllDone(db: Database, run: Run): Promise<void> {
  const [row] = await db.sql<{ done: number; chunks: number }[]>`
    select count(done_at)::int as done, count(*)::int as chunks from gigarow.seed_chunk where run_id = ${run.id}`
  const { done, chunks } = row!
  if (done === chunks) return
  throw new GigarowError(
    'SEED_INCOMPLETE',
    `${chunks - done} of ${chunks} chunks are not loaded: another session held them.`,
    {
      facts: { run: run.id, done, chunks },
      hint: 'Go on with: gigarow seed --resume',
    },
  )
}
