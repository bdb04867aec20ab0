import type { LockWaiting } from '../db/index.ts'
import { formatDuration } from '../kernel/index.ts'

/** waiting for a lock behind process 4711 (psql, open for 12 s): try 1 of 10, next in 400 ms */
export function lockWaitingText({ blockers, attempt, attempts, pauseMs }: LockWaiting): string {
  const who = blockers.map((b) => `process ${b.pid} (${b.application || b.user}, open for ${b.seconds} s)`)
  const behind = who.length > 0 ? ` behind ${who.join(', ')}` : ''
  return `waiting for a lock${behind}: try ${attempt} of ${attempts}, next in ${formatDuration(pauseMs)}`
}
