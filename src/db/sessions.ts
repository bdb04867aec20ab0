import { setTimeout as delay } from 'node:timers/promises'
import type { AnySql, Database } from './database.ts'

/**
 * A client that was killed leaves sessions that end only after their statement; each holds a chunk. Ends those of a name and waits
 * until they are gone (pg_terminate_backend with a timeout is of PostgreSQL 14).
 */
export async function endSessions(sql: AnySql, applicationName: string): Promise<number> {
  const rows = await sql.unsafe<{ gone: boolean }[]>(
    `select pg_terminate_backend(pid, 30000) as gone from pg_stat_activity
      where application_name = $1 and datname = current_database() and pid <> pg_backend_pid()`,
    [applicationName],
  )
  return rows.length
}

/** What the sessions of a name are doing: one that waits for a lock, or builds an index, does not hear of a signal. */
async function cancelSessions(sql: AnySql, applicationName: string): Promise<void> {
  await sql.unsafe(
    `select pg_cancel_backend(pid) from pg_stat_activity
      where application_name = $1 and datname = current_database() and state = 'active' and pid <> pg_backend_pid()`,
    [applicationName],
  )
}

/** Each time again until all have ended: a session may be between two statements. */
const CANCEL_MS = 200

/** Work of sessions of a name, whose statements the signal cancels. */
export async function cancellingSessions<T>(
  db: Pick<Database, 'sql'>,
  { applicationName, signal }: { readonly applicationName: string; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  let working = true
  const cancel = async () => {
    for (; working; await delay(CANCEL_MS)) await cancelSessions(db.sql, applicationName)
  }
  let cancelling: Promise<void> | undefined
  const onAbort = () => {
    // Without a connection there is nothing to cancel either.
    cancelling = cancel().catch(() => {})
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await work()
  } finally {
    working = false
    signal.removeEventListener('abort', onAbort)
    await cancelling
  }
}
