import {
  type Database,
  type LockPolicy,
  type LockWaiting,
  type ReservedSql,
  withLockRetry,
  withLockRetryOutside,
} from '../db/index.ts'
import type { Emit } from '../kernel/index.ts'
import { type SqlNode, waitsPatiently } from '../sql/index.ts'
import { type Recovery, recoverStep } from './recover.ts'

/** What everything of one run shares, of migrations and of plans. */
export interface Work {
  readonly db: Database
  /** The session that holds the advisory lock: everything runs on it, so that the lock outlives no work and no work it. */
  readonly session: ReservedSql
  readonly lock: Partial<LockPolicy>
  readonly emit: Emit<LockWaiting>
  readonly signal?: AbortSignal
}

/** A transaction that waits for locks shortly, and again. `doing` ends a sentence: "… while applying 2025_a". */
export function retried(work: Work, doing: string, use: () => Promise<void>): Promise<void> {
  return withLockRetry(work.db, work.session, retryOptions(work, doing), use)
}

function retryOptions({ lock, emit, signal }: Work, doing: string) {
  return { doing, policy: lock, emit, ...(signal ? { signal } : {}) }
}

export interface Outside {
  readonly node: SqlNode
  readonly doing: string
  /** An earlier run has begun it: it may be done, by halves or entirely. */
  readonly begun: boolean
  readonly recovered: (recovery: Recovery) => void
}

/** A statement that runs outside of transactions: what an interrupted one has left is cleared away first. */
export function runOutside(
  work: Work,
  { node, doing, begun, recovered }: Outside,
  use: () => Promise<void>,
): Promise<void> {
  const { db, session } = work
  const patient = waitsPatiently(node)
  let tried = begun
  return withLockRetryOutside(db, session, { ...retryOptions(work, doing), patient }, async () => {
    const recovery = await recoverStep(session, node, { begun: tried })
    tried = true
    if (recovery?.sql !== undefined) await clear(work, recovery.sql, recovery.transaction ? doing : undefined)
    if (recovery) recovered(recovery)
    if (!recovery?.done) await use()
  })
}

async function clear(work: Work, sql: string, doing: string | undefined): Promise<void> {
  const run = async () => void (await work.session.unsafe(sql))
  await (doing === undefined ? run() : retried(work, doing, run))
}

/** Ctrl-C cancels the statement on the server; its transaction is then rolled back. */
export async function cancellable(
  { db, session, signal }: Pick<Work, 'db' | 'session' | 'signal'>,
  use: () => Promise<void>,
): Promise<void> {
  if (!signal) return use()
  const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
  const cancel = () => void db.sql`select pg_cancel_backend(${me!.pid})`.catch(() => {})
  signal.addEventListener('abort', cancel, { once: true })
  try {
    await use()
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** SET of a migration must not reach the next one, nor the pool of a caller; the advisory lock stays. */
export async function forgetSettings(session: ReservedSql): Promise<void> {
  for (const what of ['session authorization', 'role', 'all']) await session.unsafe(`reset ${what}`)
}

/** Inside of a transaction: a migration may have set a role that cannot write our tables. It is back after the commit. */
export async function asOurselves(session: ReservedSql, use: () => Promise<void>): Promise<void> {
  await session.unsafe('set local session authorization default')
  await session.unsafe('set local role to default')
  await use()
}
