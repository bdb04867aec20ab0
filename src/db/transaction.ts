import type { ReservedSql } from './database.ts'

/** BEGIN … COMMIT on a pinned session; ROLLBACK and the error of `use` when it throws. */
export async function inTransaction<T>(session: ReservedSql, use: () => Promise<T>): Promise<T> {
  await session.unsafe('begin')
  try {
    const result = await use()
    await session.unsafe('commit')
    return result
  } catch (error) {
    try {
      await session.unsafe('rollback')
    } catch {
      // A session that is gone has rolled back already; the first error is the one to tell.
    }
    throw error
  }
}
