import { setTimeout as delay } from 'node:timers/promises'
import { type Emit, GigarowError, silent } from '../kernel/index.ts'
import type { Database, ReservedSql } from './database.ts'
import { isConnectionLost } from './errors.ts'
import { type Blocker, type LockWatch, type WatchOptions, watchLocks } from './lock-watch.ts'
import { errorCodeOf, SQLSTATE } from './sqlstate.ts'
import { inTransaction } from './transaction.ts'

/** How long a statement may queue for a lock, and how often it is tried. All times in milliseconds. */
export interface LockPolicy {
  /**
   * How long a transaction waits for locks, all of them together: everybody who comes later waits behind it, and behind what it
   * has locked. Default 2,000.
   */
  readonly lockTimeoutMs: number
  /** Tries at the most. Default 10. */
  readonly attempts: number
  /** Pause after the first try; doubles, up to maxPauseMs; a random half of it is taken off. Defaults 500 and 10,000. */
  readonly pauseMs: number
  readonly maxPauseMs: number
  readonly random: () => number
}

export const DEFAULT_LOCK_POLICY: LockPolicy = Object.freeze({
  lockTimeoutMs: 2_000,
  attempts: 10,
  pauseMs: 500,
  maxPauseMs: 10_000,
  random: Math.random,
})

export interface LockWaiting {
  readonly type: 'lock.waiting'
  readonly attempt: number
  readonly attempts: number
  readonly blockers: readonly Blocker[]
  /** Until the next try. */
  readonly pauseMs: number
}

export interface LockRetryOptions {
  /** Ends the sentence "… waited for a lock while". */
  readonly doing: string
  readonly policy?: Partial<LockPolicy>
  readonly emit?: Emit<LockWaiting>
  readonly signal?: AbortSignal
}

/**
 * Runs `use` in a transaction that waits for locks for a short time; when that is over, or in a deadlock, rolls back, pauses and runs it
 * again from its first statement. Throws LOCK_TIMEOUT with the sessions that were in the way.
 */
export function withLockRetry<T>(
  db: Pick<Database, 'sql'>,
  session: ReservedSql,
  options: LockRetryOptions,
  use: () => Promise<T>,
): Promise<T> {
  return retried({ db, session, options, counts: 'total' }, ({ lockTimeoutMs }, watch) =>
    inTransaction(session, async () => {
      await session`select set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`
      const result = await use()
      // What comes now, COMMIT, must not be cancelled.
      await watch.stop()
      return result
    }),
  )
}

/**
 * The same for a statement that cannot run in a transaction. `patient`: one with CONCURRENTLY, which waits for the end of other
 * transactions as long as that takes, because it blocks nobody; only a lock that keeps readers out is given up in time.
 */
export function withLockRetryOutside(
  db: Pick<Database, 'sql'>,
  session: ReservedSql,
  { patient, ...options }: LockRetryOptions & { readonly patient: boolean },
  use: () => Promise<void>,
): Promise<void> {
  const counts = patient ? 'exclusive' : 'total'
  return retried({ db, session, options, counts }, async ({ lockTimeoutMs }, watch) => {
    const [before] = await session<{ value: string }[]>`select current_setting('lock_timeout') as value`
    const set = async (value: string) => {
      await session`select set_config('lock_timeout', ${value}, false)`
    }
    await set(patient ? '0' : String(lockTimeoutMs))
    try {
      await use()
    } catch (error) {
      await watch.stop()
      // A session that is gone has no settings, and may never answer; the first error is the one to tell.
      if (!isConnectionLost(error)) await set(before!.value).catch(() => {})
      throw error
    }
    await watch.stop()
    await set(before!.value)
  })
}

interface Trying {
  readonly db: Pick<Database, 'sql'>
  readonly session: ReservedSql
  readonly options: LockRetryOptions
  readonly counts: WatchOptions['counts']
}

async function retried<T>(
  { db, session, options, counts }: Trying,
  once: (policy: LockPolicy, watch: LockWatch) => Promise<T>,
): Promise<T> {
  const { doing, policy: given, emit = silent, signal } = options
  const policy = { ...DEFAULT_LOCK_POLICY, ...given }
  const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
  for (let attempt = 1; ; attempt++) {
    const watch = watchLocks(db, { pid: me!.pid, limitMs: policy.lockTimeoutMs, counts })
    try {
      return await once(policy, watch)
    } catch (error) {
      await watch.stop()
      if (!isLockError(error, { counts, cancelled: watch.cancelled() })) throw error
      const blockers = watch.seen()
      if (attempt >= policy.attempts) throw lockTimeout({ doing, attempt, blockers, cause: error })
      const pauseMs = pauseOf(policy, attempt)
      emit({ type: 'lock.waiting', attempt, attempts: policy.attempts, blockers, pauseMs })
      await delay(pauseMs, undefined, signal ? { signal } : {})
    } finally {
      await watch.stop()
    }
  }
}

/**
 * The server's 55P03, or the end that the watch made, also when the caller has wrapped it. So is a deadlock: its victim is rolled back as a
 * whole, and the other one goes on. (An index CONCURRENTLY, which would be left invalid, is `exclusive`.)
 */
function isLockError(
  error: unknown,
  { counts, cancelled }: { readonly counts: WatchOptions['counts']; readonly cancelled: boolean },
): boolean {
  const codes: readonly (string | undefined)[] = [
    SQLSTATE.LOCK_NOT_AVAILABLE,
    ...(cancelled ? [SQLSTATE.QUERY_CANCELED] : []),
    ...(counts === 'total' ? [SQLSTATE.DEADLOCK_DETECTED] : []),
  ]
  for (let e = error; e !== undefined; e = e instanceof Error ? e.cause : undefined) {
    if (codes.includes(errorCodeOf(e))) return true
  }
  return false
}

function pauseOf({ pauseMs, maxPauseMs, random }: LockPolicy, attempt: number): number {
  const full = Math.min(maxPauseMs, pauseMs * 2 ** (attempt - 1))
  return Math.round(full * (1 - random() / 2))
}

function lockTimeout(facts: {
  doing: string
  attempt: number
  blockers: readonly Blocker[]
  cause: unknown
}): GigarowError {
  const { doing, attempt, blockers, cause } = facts
  const who = blockers.map(
    (b) =>
      `process ${b.pid} (${b.user}${b.application ? `, ${b.application}` : ''}), open for ${b.seconds} s: ${b.query}`,
  )
  const list = who.length > 0 ? ` In the way:\n${who.map((w) => `  - ${w}`).join('\n')}` : ''
  return new GigarowError('LOCK_TIMEOUT', `No lock could be had in ${attempt} tries while ${doing}.${list}`, {
    facts: { attempts: attempt, blockers: who, pids: blockers.map((b) => b.pid) },
    cause,
    hint: 'What waited was rolled back. Run it again when they are done, or end them: select pg_terminate_backend(<process>).',
  })
}
