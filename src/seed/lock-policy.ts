import type { LockPolicy } from '../db/index.ts'

/** Shorter than deadlock_timeout (1 s): where somebody waits for us, too, it is we who give way, and not the application that gets an error. */
const lockTimeoutMs = 800

/** Before anything is changed: whoever started the load is there to hear of it. */
export const PREPARE_LOCKS: Partial<LockPolicy> = { lockTimeoutMs, attempts: 8, maxPauseMs: 2_000 }

/** What was taken away has to come back, perhaps at night: about a quarter of an hour, in which others wait a tenth of the time. */
export const REBUILD_LOCKS: Partial<LockPolicy> = { lockTimeoutMs, attempts: 100 }
