import type { Emit } from '../kernel/index.ts'
import type { ImportEvent } from './events.ts'
import type { Filter } from './filter/condition.ts'
import type { Counts } from './plan.ts'

export interface ImportOptions {
  readonly jobs: number
  /** Give up a stopped import into the table; what it has loaded stays. */
  readonly abandon: boolean
  /** Import files that were imported before. */
  readonly again: boolean
  readonly emit: Emit<ImportEvent>
  readonly signal: AbortSignal
}

/** Counts are those of the whole import, resumes included. */
export interface ImportReport extends Counts {
  readonly run: number
  readonly table: string
  readonly files: readonly string[]
  readonly bytes: number
  readonly jobs: number
  readonly rejects: string | null
  /** Which rows were wanted, and who has judged that. */
  readonly filter: Pick<Filter, 'text' | 'where'> | null
  /** Of this attempt, without the last count. */
  readonly seconds: number
  readonly rowsPerSecond: number
  /** count(*) of the table, which was empty before; null where it held rows. */
  readonly counted: number | null
}
