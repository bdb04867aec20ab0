import type { CopySession } from '../../copy/index.ts'
import { type QualifiedName, qualified } from '../../kernel/index.ts'

/** While we wait for the lock, everybody else's statements on the partition wait behind us. */
const LOCK_WAIT = '1s'

/** A reader holds the lock, a foreign key points at the partition, the right to TRUNCATE is gone: then without. */
const REFUSALS: ReadonlySet<unknown> = new Set(['55P03', '0A000', '42501'])

/**
 * New files of an unlogged table must not be left to a long transaction. When the postmaster is killed its sessions roll back: the
 * main file stays until the next checkpoint, the one that it is made anew from is removed, and the record of that need not be on
 * disk. Recovery brings the second back, finds the first, and ends with "could not create file: File exists": the server
 * does not start any more (seen on 18.4). There is no WAL to save either.
 */
async function isUnlogged(session: CopySession, name: string): Promise<boolean> {
  const [row] = await session.query<{ unlogged: boolean }>(
    "select relpersistence <> 'p' as unlogged from pg_class where oid = to_regclass($1)",
    [name],
  )
  return row?.unlogged === true
}

/**
 * Gives an empty partition new, empty files in the transaction that is open: what is written to them in it may be frozen, and needs
 * no WAL at wal_level = minimal. False where that cannot be; the transaction goes on either way. The partition stays attached,
 * with everything on it as it was.
 */
export async function renewLeaf(session: CopySession, leaf: QualifiedName): Promise<boolean> {
  const name = qualified(leaf)
  if (await isUnlogged(session, name)) return false
  await session.query('savepoint renew')
  try {
    await session.query(`set local lock_timeout = '${LOCK_WAIT}'`)
    await session.query(`lock table only ${name} in access exclusive mode`)
    const [row] = await session.query<{ holds: boolean }>(`select exists (select from only ${name}) as holds`)
    if (row!.holds) {
      // Somebody else's rows: they are for verification to find, not for us to delete.
      await session.query('rollback to savepoint renew')
      return false
    }
    await session.query(`truncate only ${name}`)
    await session.query('set local lock_timeout = 0')
    await session.query('release savepoint renew')
    return true
  } catch (error) {
    if (!REFUSALS.has((error as { code?: unknown }).code)) throw error
    await session.query('rollback to savepoint renew')
    return false
  }
}
