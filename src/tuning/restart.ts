import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import type { RestartDriver, TuningContext, WorkingSession } from './context.ts'
import { systemIdentifierOf } from './pg-control.ts'

const DRAIN_MS = 30_000
const RETURN_MS = 60_000
const POLL_MS = 100

export interface RestartRequest {
  readonly driver: RestartDriver
  readonly reason: string
  /** The settings that need it. */
  readonly settings: readonly string[]
}

/** Who was still working when the patience ended: then nothing was restarted. */
export interface RestartOutcome {
  readonly restarted: boolean
  readonly working: readonly WorkingSession[]
}

/**
 * Waits until nobody works on the server, restarts it, and returns when it is proved to be another one by the time of its
 * start. Sessions that are idle outside a transaction are cut. Throws TUNING_RESTART_FAILED, INTERRUPTED.
 */
export async function restartServer(
  context: TuningContext,
  request: RestartRequest,
): Promise<RestartOutcome> {
  const { driver, settings } = request
  const { emit, drainMs = DRAIN_MS } = context
  const before = await context.connect('preparing the restart', async (db) => {
    await checkDataDirectory(db, driver)
    const working = driver.byHand === true ? [] : await drain(db, context, drainMs)
    return { start: await startTime(db), working }
  })
  if (before.working.length > 0) return { restarted: false, working: before.working }
  emit?.({ type: 'tuning.restarting', settings, byHand: driver.byHand === true })
  await driver.restart(request.reason)
  await otherServer(context, { driver, since: before.start })
  emit?.({ type: 'tuning.restarted' })
  return { restarted: true, working: [] }
}

/** A path that was mistyped must not restart somebody else's server. */
async function checkDataDirectory({ sql }: Database, { dataDirectory }: RestartDriver): Promise<void> {
  if (dataDirectory === undefined) return
  const [row] = await sql<{ id: string }[]>`select system_identifier::text as id from pg_control_system()`
  const found = systemIdentifierOf(dataDirectory)
  if (found === undefined || found === row!.id) return
  throw new GigarowError(
    'TUNING_RESTART_FAILED',
    `${dataDirectory} is the data directory of another server than the one that is being tuned; nothing was restarted.`,
    { facts: { dataDirectory }, hint: 'Correct restart.dataDirectory or --restart-with.' },
  )
}

/** Empty as soon as nobody works; else those who still do when the time is up. */
async function drain(
  { sql }: Database,
  { emit, signal }: TuningContext,
  drainMs: number,
): Promise<readonly WorkingSession[]> {
  const deadline = Date.now() + drainMs
  for (let first = true; ; first = false) {
    const working = await sql<WorkingSession[]>`
      select pid, usename::text as "user", datname::text as database, application_name as application, state,
             left(query, 100) as query
        from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid() and state not in ('idle', 'disabled')
       order by xact_start, pid`
    if (working.length === 0 || Date.now() >= deadline || signal?.aborted) return working
    if (first) emit?.({ type: 'tuning.draining', sessions: working, limitMs: drainMs })
    await pause(POLL_MS)
  }
}

async function startTime({ sql }: Database): Promise<string> {
  const [row] = await sql<{ at: string }[]>`select pg_postmaster_start_time()::text as at`
  return row!.at
}

/** Until a server answers that was started at another time. By hand there is no limit but Ctrl-C. */
async function otherServer(
  context: TuningContext,
  { driver, since }: { driver: RestartDriver; since: string },
): Promise<void> {
  const patience = context.returnMs ?? RETURN_MS
  const deadline = driver.byHand === true ? Number.POSITIVE_INFINITY : Date.now() + patience
  const signal = context.waitSignal ?? context.signal
  for (let last: unknown; ; ) {
    try {
      if ((await context.connect('waiting for the restart', startTime)) !== since) return
      last = undefined
    } catch (error) {
      last = error
    }
    if (driver.byHand === true && signal?.aborted) throw waitingInterrupted()
    if (Date.now() > deadline) throw notRestarted({ driver, since, last, patience })
    await pause(POLL_MS)
  }
}

/** After this nothing is taken back: the settings wait for the restart, as the user was told. */
export function waitsForRestart(error: unknown): boolean {
  return error instanceof GigarowError && error.code === 'INTERRUPTED' && error.facts.waiting === true
}

function waitingInterrupted(): GigarowError {
  return new GigarowError('INTERRUPTED', 'Stopped while waiting for your restart of the server.', {
    facts: { waiting: true },
    hint: 'The settings are written and wait for it: restart the server, then run the same command again. gigarow tune revert takes them back.',
  })
}

interface NotRestarted {
  readonly driver: RestartDriver
  readonly since: string
  readonly last: unknown
  readonly patience: number
}

function notRestarted({ driver, since, last, patience }: NotRestarted): GigarowError {
  const limit = `${Math.round(patience / 1000)} s`
  const text =
    last === undefined
      ? `The server was not restarted: ${limit} after ${driver.name} it is still the one started at ${since}.`
      : `The server did not come back within ${limit} of its restart by ${driver.name}.`
  return new GigarowError('TUNING_RESTART_FAILED', text, {
    facts: { driver: driver.name },
    hint: 'See the server’s log; gigarow tune status shows where the settings stand.',
    cause: last,
  })
}
