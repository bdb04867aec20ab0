import type { Database } from '../db/index.ts'
import { checkSpace, estimateLoad, type LoadEstimate } from './estimate/index.ts'
import { findObstacles } from './obstacles.ts'
import type { SeedOptions } from './options.ts'
import type { LoadPlan } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import { explainTriggers } from './triggers.ts'

export interface Outlook {
  readonly estimate: LoadEstimate
  /** Sentences for the user. */
  readonly notices: readonly string[]
}

export interface LookAhead {
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  /** Work for the server, while we compute. */
  readonly meanwhile?: () => Promise<void>
}

/**
 * What can be told of a load before it begins. What the tables take already is not needed again: of a load that goes on, too.
 * Throws SEED_NO_SPACE.
 */
export async function lookAhead(
  db: Database,
  { plan, tables, meanwhile = async () => {} }: LookAhead,
  { space, jobs, filler, withoutTriggers = false }: SeedOptions,
): Promise<Outlook> {
  // Before sessions of our own have locks.
  const obstacles = await findObstacles(db.sql, tables)
  const [estimate, done] = await Promise.allSettled([
    estimateLoad(db, { plan, tables, jobs, filler, withoutTriggers }).then((made) => {
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
