import type { LockPolicy } from '../db/index.ts'
import type { Emit } from '../kernel/index.ts'
import type { FreeSpace } from './estimate/index.ts'
import type { SeedEvent } from './events.ts'
import type { Filler } from './plan.ts'
import type { Profile } from './profile.ts'

export interface AppendOptions {
  /** The number of the first row that is added, of every table; default: the one behind those that gigarow has loaded. */
  readonly fromRow?: number | undefined
}

export type IndexMode = 'keep' | 'drop'

export interface SeedOptions {
  readonly filler: Filler
  /** Measure both fillers before a new load, and take the faster one instead. */
  readonly calibrate?: boolean
  /** Of the server's disks, where it is known: a load that does not fit is refused. */
  readonly space?: FreeSpace | undefined
  /** Sessions that load at the same time. */
  readonly jobs: number
  /** Delete the rows that the tables hold. */
  readonly truncate?: boolean
  /** Triggers that would fire for each row are off during the load. */
  readonly withoutTriggers?: boolean
  /** Add rows to those that the tables hold. */
  readonly append?: AppendOptions | undefined
  /** What becomes of indexes and keys while rows are loaded; default: dropped, or as the share of new rows says with `append`. */
  readonly indexes?: IndexMode | undefined
  /** Tables that are empty write no WAL while they are loaded, and are logged again behind it. */
  readonly unlogged?: boolean
  /** The profile as its file has it: resuming a load with gen.pair() needs it, as the code in the ledger is not trusted. */
  readonly profile?: Profile | undefined
  /** How long it waits for locks that others have, and how often; default: a few times before anything is changed, and long to bring it back. */
  readonly lock?: Partial<LockPolicy> | undefined
  readonly emit: Emit<SeedEvent>
  readonly signal: AbortSignal
}
