import { type Database, type ReservedSql, withAdvisoryLock } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { emitOf, type RunOptions } from './options.ts'

/** One migrator a database: the others wait, say so, and can be stopped while they wait. */
export async function underMigrateLock<T>(
  db: Database,
  options: RunOptions,
  use: (session: ReservedSql) => Promise<T>,
): Promise<T> {
  const { signal } = options
  const waiting = (holder: { readonly pid: number } | undefined) =>
    emitOf(options)({ type: 'migrate.waiting', pid: holder?.pid ?? null })
  let entered = false
  try {
    return await withAdvisoryLock(
      db,
      { lock: 'migrate', waiting, ...(signal ? { signal } : {}) },
      (session) => {
        entered = true
        return use(session)
      },
    )
  } catch (error) {
    if (entered || !signal?.aborted) throw error
    throw new GigarowError(
      'INTERRUPTED',
      'Stopped while waiting for another gigarow that migrates this database.',
      {
        hint: 'Nothing was changed. Run the same command again when it has finished.',
      },
    )
  }
}
