import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from './database.ts'

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

export interface WatchOptions {
  /** Of the session that works. */
  readonly pid: number
  /** Its statement is cancelled when all of its waits together take longer. */
  readonly limitMs: number
  /**
   * total: waits of any kind, several together; a single one is ended by lock_timeout, on the server and in time ·
   * exclusive: only those that keep readers out
   */
  readonly counts: 'total' | 'exclusive'
}

export interface LockWatch {
  /** Who was in the way. */
  readonly seen: () => readonly Blocker[]
  /** The statement was cancelled because of its waits. */
  readonly cancelled: () => boolean
  /** After it nothing is cancelled. */
  readonly stop: () => Promise<void>
}

interface Wait {
  /** Tells one wait from the next. */
  readonly start: string
  readonly ms: number
}

/** Often enough that what a session waits is known to a twentieth of a second. */
const TICK_MS = 50

/**
 * Looks at a session from another one while it works. lock_timeout counts for each lock anew, so that a transaction of many statements, or
 * one statement over many partitions, could keep what it has locked for many times as long; transaction_timeout (17+) would
 * end honest work as well, and the session with it.
 */
export function watchLocks(db: Pick<Database, 'sql'>, options: WatchOptions): LockWatch {
  const { limitMs } = options
  let blockers: readonly Blocker[] = []
  let cancelled = false
  const stopped = new AbortController()
  const loop = (async () => {
    let [before, asked] = [0, 0]
    let current: Wait | undefined
    for (;;) {
      await delay(Math.min(TICK_MS, limitMs / 4), undefined, { signal: stopped.signal })
      const waits = await isWaiting(db, options.pid)
      // Asking who is in the way takes locks of its own inside of the server.
      const ask = waits && performance.now() - asked > limitMs / 5
      if (ask) asked = performance.now()
      const [wait, found] = await Promise.all([
        waits ? readWait(db, options) : undefined,
        ask ? findBlockers(db, options.pid) : [],
      ])
      if (found.length > 0) blockers = found
      if (wait?.start !== current?.start) before += current?.ms ?? 0
      current = wait
      if (wait === undefined) continue
      if (before + wait.ms > limitMs && (before > 0 || options.counts === 'exclusive')) {
        cancelled = (await cancel(db, { pid: options.pid, wait })) || cancelled
      }
    }
  })().catch(() => {})
  return {
    seen: () => blockers,
    cancelled: () => cancelled,
    stop: async () => {
      stopped.abort()
      await loop
    },
  }
}

/** Cheap: pg_locks, which stops the server for a moment, is only read when it waits. */
async function isWaiting({ sql }: Pick<Database, 'sql'>, pid: number): Promise<boolean> {
  const [session] = await sql<{ waits: boolean | null }[]>`
    select wait_event_type = 'Lock' as waits from pg_stat_get_activity(${pid})`
  return session?.waits === true
}

/** What it waits for now. */
async function readWait(
  { sql }: Pick<Database, 'sql'>,
  { pid, counts }: WatchOptions,
): Promise<Wait | undefined> {
  const [wait] = await sql<Wait[]>`
    select waitstart::text as start, extract(epoch from clock_timestamp() - waitstart)::float8 * 1000 as ms
      from pg_locks
     where pid = ${pid} and not granted and waitstart is not null
       and (${counts === 'total'} or (locktype = 'relation' and mode = 'AccessExclusiveLock'))`
  return wait
}

/** Only if it still waits as it did: its next statement is not to be hit. */
async function cancel(
  { sql }: Pick<Database, 'sql'>,
  { pid, wait }: { readonly pid: number; readonly wait: Wait },
): Promise<boolean> {
  const hit = await sql`
    select pg_cancel_backend(pid) from pg_locks
     where pid = ${pid} and not granted and waitstart::text = ${wait.start}`
  return hit.length > 0
}

async function findBlockers({ sql }: Pick<Database, 'sql'>, pid: number): Promise<readonly Blocker[]> {
  return sql<Blocker[]>`
    select a.pid, coalesce(a.application_name, '') as application, coalesce(a.usename, '') as user,
           coalesce(a.state, '') as state, left(a.query, 200) as query,
           coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::int as seconds
      from pg_stat_activity a where a.pid = any (pg_blocking_pids(${pid}))`
}
