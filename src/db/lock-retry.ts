import { setTimeout as delay } from 'node:timers/promises'
import { type Emit, GigarowError, silent } from '../kernel/index.ts'
import type { Database, ReservedSql } from './database.ts'
import { errorCodeOf, SQLSTATE } from './sqlstate.ts'
import { inTransaction } from './transaction.ts'

/** How long a statement may queue for a lock, and how often it is tried. All times in milliseconds. */
export interface LockPolicy {
  /** lock_timeout: everybody who comes later waits behind a statement that waits. Default 2,000. */
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

/** A session that held a lock that was waited for. */
export interface Blocker {
  readonly pid: number
  readonly application: string
  readonly user: string
  readonly state: string
  /** How long its transaction has been open. */
  readonly seconds: number
  readonly query: string
}

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
 * Runs `use` in a transaction with a short lock_timeout; on 55P03 rolls back, pauses and runs it again from its first
 * statement. Throws LOCK_TIMEOUT with the sessions that were in the way.
 */
export async function withLockRetry<T>(
  db: Pick<Database, 'sql'>,
  session: ReservedSql,
  { doing, policy: given, emit = silent, signal }: LockRetryOptions,
  use: () => Promise<T>,
): Promise<T> {
  const policy = { ...DEFAULT_LOCK_POLICY, ...given }
  const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
  for (let attempt = 1; ; attempt++) {
    const watch = watchBlockers(db, me!.pid, policy.lockTimeoutMs / 4)
    try {
      return await inTransaction(session, async () => {
        await session`select set_config('lock_timeout', ${String(policy.lockTimeoutMs)}, true)`
        return use()
      })
    } catch (error) {
      if (lockErrorOf(error) === undefined) throw error
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

/** The server's 55P03, also when the caller has wrapped it. */
function lockErrorOf(error: unknown): unknown {
  for (let e = error; e !== undefined; e = e instanceof Error ? e.cause : undefined) {
    if (errorCodeOf(e) === SQLSTATE.LOCK_NOT_AVAILABLE) return e
  }
  return undefined
}

function pauseOf({ pauseMs, maxPauseMs, random }: LockPolicy, attempt: number): number {
  const full = Math.min(maxPauseMs, pauseMs * 2 ** (attempt - 1))
  return Math.round(full * (1 - random() / 2))
}

/** Who is in the way can only be asked while one waits, and by somebody else. */
function watchBlockers(db: Pick<Database, 'sql'>, pid: number, everyMs: number) {
  let blockers: readonly Blocker[] = []
  const stopped = new AbortController()
  const loop = (async () => {
    for (;;) {
      await delay(everyMs, undefined, { signal: stopped.signal })
      const found = await findBlockers(db, pid)
      if (found.length > 0) blockers = found
    }
  })().catch(() => {})
  return {
    seen: () => blockers,
    stop: async () => {
      stopped.abort()
      await loop
    },
  }
}

async function findBlockers({ sql }: Pick<Database, 'sql'>, pid: number): Promise<readonly Blocker[]> {
  return sql<Blocker[]>`
    select a.pid, coalesce(a.application_name, '') as application, coalesce(a.usename, '') as user,
           coalesce(a.state, '') as state, left(a.query, 200) as query,
           coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::int as seconds
      from pg_stat_activity a where a.pid = any (pg_blocking_pids(${pid}))`
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
