import { type Database, type Holder, tryAdvisoryLock } from '../db/index.ts'
import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { type WorkingRun, workingRun } from './ledger.ts'
import type { SeedOptions } from './options.ts'
import { openWorkerPool, type WorkerPool } from './workers.ts'

/** One load at a time on a database, with threads of its own. Throws INTERRUPTED when it is stopped before there is a run. */
export async function exclusively<T>(
  db: Database,
  { jobs, signal }: Pick<SeedOptions, 'jobs' | 'signal'>,
  work: (threads: WorkerPool) => Promise<T>,
): Promise<T> {
  const threads = openWorkerPool(jobs)
  try {
    return await whileNoneWorks(db, () => work(threads))
  } catch (error) {
    if (!signal.aborted || isInterrupted(error)) throw error
    throw new GigarowError('INTERRUPTED', 'The load was stopped before it began; nothing was changed.', {
      hint: 'The same command begins anew.',
      cause: error,
    })
  } finally {
    await threads.close()
  }
}

/** Throws SEED_BUSY where another load works on the database, and keeps others away meanwhile. */
export async function whileNoneWorks<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return tryAdvisoryLock(db, 'seed', work, async (holder) => {
    throw busy(holder, await workingRun(db.sql))
  })
}

function busy(holder: Holder | undefined, run: WorkingRun | undefined): GigarowError {
  const since = run?.since ?? holder?.since
  const what = run === undefined ? '' : `: run ${run.id} of profile ${run.profile}`
  const who = holder === undefined ? '' : ` (session ${holder.pid}, since ${since})`
  return new GigarowError('SEED_BUSY', `Another load works on this database${what}${who}.`, {
    facts: {
      ...(holder === undefined ? {} : { pid: holder.pid, since: since! }),
      ...(run === undefined ? {} : { run: run.id, profile: run.profile }),
    },
    hint: 'Wait until it ends, or stop it; an interrupted load goes on with --resume.',
  })
}

function isInterrupted(error: unknown): boolean {
  return isGigarowError(error) && error.code === 'INTERRUPTED'
}
