import { setTimeout as delay } from 'node:timers/promises'
import type { Database, ReservedSql } from './database.ts'
import { isConnectionLost } from './errors.ts'

/**
 * First half of every advisory lock key of gigarow: "gigr" in ASCII, so that pg_locks shows whose lock it is
 * (classid 1734961010). The second half says what for.
 */
export const LOCK_CLASS = 0x67696772

export const LOCKS = {
  store: 1,
  migrate: 2,
  seed: 3,
  tune: 4,
} as const

export type LockName = keyof typeof LOCKS

/** One of gigarow's; one that many may share while nobody holds it alone; or that of a table, by its oid (which is above all of ours). */
export type Lock = LockName | { readonly shared: LockName } | { readonly table: string }

function keyOf(lock: Lock): { readonly object: string; readonly mode: '' | '_shared' } {
  if (typeof lock === 'string') return { object: String(LOCKS[lock]), mode: '' }
  if ('table' in lock) return { object: lock.table, mode: '' }
  return { object: String(LOCKS[lock.shared]), mode: '_shared' }
}

export interface LockWait {
  readonly lock: Lock
  /** Called once, when it takes longer than a moment. */
  readonly waiting?: (holder: Holder | undefined) => void
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal
}

/** Attempts: about half a second. */
const SAY_AFTER = 5

/**
 * Runs `use` on one session that holds the lock; waits for it. The lock dies with the session, however that ends.
 * It asks again and again: a session that waits inside of pg_advisory_lock() keeps a snapshot open all the while, and
 * CREATE INDEX CONCURRENTLY of the holder waits for every snapshot: that would be a deadlock.
 */
export async function withAdvisoryLock<T>(
  db: Database,
  { lock, waiting, signal }: LockWait,
  use: (session: ReservedSql) => Promise<T>,
): Promise<T> {
  return db.withSession(async (session) => {
    for (let attempt = 1; !(await tryLock(session, lock)); attempt++) {
      if (attempt === SAY_AFTER) waiting?.(await lockHolder(db, lock))
      signal?.throwIfAborted()
      await delay(50 + Math.random() * 100)
    }
    return holding(session, lock, use)
  })
}

async function tryLock(session: ReservedSql, lock: Lock): Promise<boolean> {
  const { object, mode } = keyOf(lock)
  const [got] = await session.unsafe<{ ok: boolean }[]>(
    `select pg_try_advisory_lock${mode}($1::int, $2::int8::oid::int) as ok`,
    [LOCK_CLASS, object],
  )
  return got!.ok
}

/** How long the end of the work waits for its unlock: the end of the session, which follows, releases the lock as well. */
const UNLOCK_MS = 1_000

/**
 * Unlocks at the end, so that whoever comes next finds the lock free at once. Not when the connection was lost: postgres.js may never
 * answer a statement that is sent while the socket is closing.
 */
async function holding<T>(
  session: ReservedSql,
  lock: Lock,
  use: (session: ReservedSql) => Promise<T>,
): Promise<T> {
  let lost = false
  try {
    return await use(session)
  } catch (error) {
    lost = isConnectionLost(error)
    throw error
  } finally {
    if (!lost) await unlock(session, lock)
  }
}

/** The server may be killed at this very moment. */
async function unlock(session: ReservedSql, lock: Lock): Promise<void> {
  const { object, mode } = keyOf(lock)
  const enough = new AbortController()
  const limit = delay(UNLOCK_MS, undefined, { signal: enough.signal })
  const done = async () => {
    await session.unsafe(`select pg_advisory_unlock${mode}($1::int, $2::int8::oid::int)`, [
      LOCK_CLASS,
      object,
    ])
  }
  await Promise.race([done(), limit]).catch(() => {})
  enough.abort()
}

export type Holder = { readonly pid: number; readonly application: string; readonly since: string }

/** As withAdvisoryLock, but when somebody holds it calls `busy` with who that is instead of waiting. */
export async function tryAdvisoryLock<T>(
  db: Database,
  lock: Lock,
  use: (session: ReservedSql) => Promise<T>,
  busy: (holder: Holder | undefined) => never | Promise<never>,
): Promise<T> {
  return db.withSession(async (session) => {
    if (!(await tryLock(session, lock))) await busy(await lockHolder(db, lock))
    return holding(session, lock, use)
  })
}

async function lockHolder(db: Pick<Database, 'sql'>, lock: Lock): Promise<Holder | undefined> {
  const [holder] = await db.sql<Holder[]>`
    select l.pid, coalesce(a.application_name, '') as application, coalesce(a.backend_start::text, '') as since
      from pg_locks l left join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objsubid = 2
       and l.classid = ${LOCK_CLASS}::int8::oid and l.objid = ${keyOf(lock).object}::int8::oid
       and l.database = (select oid from pg_database where datname = current_database())`
  return holder
}
