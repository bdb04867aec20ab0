import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../db/index.ts'
import { cancelWorkers } from './ledger.ts'

/** Each time again until all have ended: a session may be between two statements. */
const CANCEL_MS = 200

/** Runs `work`; a signal cancels what the sessions of the run's name are doing. */
export async function cancellable<T>(
  db: Database,
  { run, signal }: { run: number; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  let working = true
  const cancel = async () => {
    for (; working; await delay(CANCEL_MS)) await cancelWorkers(db.sql, run)
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
