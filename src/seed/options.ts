import type { Emit } from '../kernel/index.ts'
import type { SeedEvent } from './events.ts'
import type { Filler } from './plan.ts'

export interface SeedOptions {
  readonly filler: Filler
  /** Sessions that load at the same time. */
  readonly jobs: number
  /** Delete the rows that the tables hold. */
  readonly truncate?: boolean
  readonly emit: Emit<SeedEvent>
  readonly signal: AbortSignal
}
