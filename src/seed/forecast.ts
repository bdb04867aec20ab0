import type { Database } from '../db/index.ts'
import { calibrate } from './calibrate.ts'
import { checkSpace, estimateLoad, type LoadEstimate } from './estimate/index.ts'
import { findObstacles } from './obstacles.ts'
import type { SeedOptions } from './options.ts'
import type { LoadPlan } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import { checkSample } from './sample-check.ts'
import { explainTriggers } from './triggers.ts'
import type { WorkerPool } from './workers.ts'

export interface Forecast {
  readonly estimate: LoadEstimate
  /** Sentences for the user. */
  readonly notices: readonly string[]
}

export interface ForecastOptions {
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  /** Work for the server, while we compute. */
  readonly meanwhile?: () => Promise<void>
}

/**
 * What can be told of a load before it begins. What the tables take already is not needed again: of a load that goes on, too.
 * Throws SEED_NO_SPACE.
 */
export async function forecastLoad(
  db: Database,
  { plan, tables, meanwhile = async () => {} }: ForecastOptions,
  { space, jobs, filler, indexes, unlogged, withoutTriggers = false }: SeedOptions,
): Promise<Forecast> {
  // Before sessions of our own have locks.
  const obstacles = await findObstacles(db.sql, tables)
  const [estimate, done] = await Promise.allSettled([
    estimateLoad(db, { plan, tables, jobs, filler, indexes, unlogged, withoutTriggers }).then((made) => {
      if (space !== undefined) checkSpace(made.disk, space)
      return made
    }),
    meanwhile(),
  ])
  if (estimate.status === 'rejected') throw estimate.reason
  if (done.status === 'rejected') throw done.reason
  const notices = [
    ...explainTriggers(estimate.value.triggers, { without: withoutTriggers }),
    ...obstacles,
    ...(space === undefined ? [NOT_CHECKED] : []),
  ]
  return { estimate: estimate.value, notices }
}

const NOT_CHECKED =
  'The disk was not checked, as the server’s files are not on this machine: --disk-free SIZE says how much is free there.'

/** What would stop the load in its middle stops it now: no space, rows that break a constraint. Returns the options with the filler chosen. */
export async function preflightLoad(
  db: Database,
  { plan, tables, threads }: { plan: LoadPlan; tables: readonly LoadTable[]; threads: WorkerPool },
  options: SeedOptions,
): Promise<SeedOptions> {
  const { jobs, emit, signal, unlogged } = options
  signal.throwIfAborted()
  const meanwhile = () => checkSample(db, tables, { seed: plan.seed, emit })
  const { estimate, notices } = await forecastLoad(db, { plan, tables, meanwhile }, options)
  signal.throwIfAborted()
  for (const message of notices) emit({ type: 'notice', message })
  if (!options.calibrate) {
    tellTime(estimate, emit)
    return options
  }
  const calibration = await calibrate(db, tables, { plan, jobs, threads, unlogged, signal })
  emit({ type: 'calibrated', ...calibration })
  const chosen = { ...options, filler: calibration.filler }
  tellTime((await forecastLoad(db, { plan, tables }, chosen)).estimate, emit)
  return chosen
}

function tellTime({ time, limits }: LoadEstimate, emit: SeedOptions['emit']): void {
  emit({ type: 'expected', seconds: time.seconds, fromRun: time.fromRun, limits })
}
