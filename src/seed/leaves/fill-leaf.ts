import type { CopySession } from '../../copy/index.ts'
import { type QualifiedName, qualified } from '../../kernel/index.ts'

/** While we wait for the lock, everybody else's statements on the partition wait behind us. */
const LOCK_WAIT = '1s'

/** A reader holds the lock, a foreign key points at the partition, the right to TRUNCATE is gone: then without. */
const REFUSALS: ReadonlySet<unknown> = new Set(['55P03', '0A000', '42501'])

/**
 * Gives an empty partition new, empty files in the transaction that is open: what is written to them in it may be frozen, and needs
 * no WAL at wal_level = minimal. False where that cannot be; the transaction goes on either way. The partition stays attached,
 * with everything on it as it was.
 */
export async function renewLeaf(session: CopySession, leaf: QualifiedName): Promise<boolean> {
  const name = qualified(leaf)
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
