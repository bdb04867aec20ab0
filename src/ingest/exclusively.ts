import { type Database, type Holder, tryAdvisoryLock } from '../db/index.ts'
import { displayName, GigarowError, isGigarowError, qualified } from '../kernel/index.ts'
import { openImports } from './ledger.ts'
import type { ImportOptions } from './options.ts'
import type { ImportPlan } from './plan.ts'

/** One import at a time into a table, and none while a load works on the database: it takes indexes away. */
export async function exclusively<T>(
  db: Database,
  { table, plan }: { readonly table: string; readonly plan: ImportPlan },
  { signal }: Pick<ImportOptions, 'signal'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await tryAdvisoryLock(
      db,
      { shared: 'seed' },
      () =>
        tryAdvisoryLock(db, { table }, work, async (holder) => {
          throw await busy(db, plan, holder)
        }),
      (holder) => {
        throw loading(holder)
      },
    )
  } catch (error) {
    if (!signal.aborted || (isGigarowError(error) && error.code === 'INTERRUPTED')) throw error
    throw new GigarowError('INTERRUPTED', 'The import was stopped before its first row.', { cause: error })
  }
}

async function busy(db: Database, plan: ImportPlan, holder: Holder | undefined): Promise<GigarowError> {
  const [run] = await openImports(db.sql, qualified(plan.table))
  const since = run?.startedAt ?? holder?.since ?? ''
  const table = displayName(plan.table)
  const what = run === undefined ? '' : `: import ${run.id}`
  const who = holder === undefined ? '' : ` (session ${holder.pid}, since ${since})`
  return new GigarowError('IMPORT_BUSY', `Another import works on ${table}${what}${who}.`, {
    facts: {
      table,
      ...(holder === undefined ? {} : { pid: holder.pid, since }),
      ...(run === undefined ? {} : { run: run.id }),
    },
    hint: 'Wait until it ends, or stop it; an interrupted import goes on with --resume.',
  })
}

export function loading(holder: Holder | undefined): GigarowError {
  const who = holder === undefined ? '' : ` (session ${holder.pid}, since ${holder.since})`
  return new GigarowError('IMPORT_BUSY', `A load of gigarow seed works on this database${who}.`, {
    facts: holder === undefined ? {} : { pid: holder.pid, since: holder.since },
    hint: 'Wait until it ends, or stop it; an interrupted load goes on with gigarow seed --resume.',
  })
}
