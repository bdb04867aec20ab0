import type { Calibration, Examination, Expected, SeedReport } from '../../seed/index.ts'

/** Sessions that waited for something, summed over the looks at them in a phase. */
export interface PhaseWaits {
  readonly phase: string
  readonly waits: readonly { readonly wait: string; readonly share: number }[]
}

/** What the report of a load is made of. */
export interface SeedData {
  readonly report: SeedReport
  readonly examination: Examination
  readonly waits: readonly PhaseWaits[]
  /** host:port/database, without user and password. */
  readonly server: string
  readonly serverVersion: string
  readonly peakRssBytes: number
  /** What both fillers made of a sample, where that was asked for. */
  readonly calibration?: Calibration | undefined
  /** What was said of the time before the load; not of one that went on. */
  readonly expected?: Expected | undefined
}
