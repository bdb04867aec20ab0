import type { LockPolicy } from '../db/index.ts'

/** Before anything is changed: whoever started the load is there to hear of it. */
export const PREPARE_LOCKS: Partial<LockPolicy> = { attempts: 4 }

/** What was taken away has to come back, perhaps at night: about a quarter of an hour, in which others wait a fifth of the time. */
export const REBUILD_LOCKS: Partial<LockPolicy> = { attempts: 100 }
