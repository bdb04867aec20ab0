import type { LockWaiting } from '../db/index.ts'
import type { Calibration } from './calibrate.ts'
import type { Filler } from './plan.ts'
import type { Wait } from './server-progress.ts'

/** `report` is not of the load: what is asked of its rows when it is done. */
const PHASES = ['prepare', 'load', 'indexes', 'vacuum', 'verify', 'report'] as const
export type Phase = (typeof PHASES)[number]

/** What a load tells while it runs. Counts are totals since the run began, resumes included. */
export type SeedEvent =
  | {
      readonly type: 'run.started'
      readonly run: number
      readonly profile: string
      readonly rows: number
      readonly filler: Filler
      readonly jobs: number
      readonly resumed: boolean
    }
  | {
      readonly type: 'phase.started'
      readonly phase: Phase
      readonly total: number
      readonly unit: PhaseUnit
      readonly done: number
    }
  | {
      readonly type: 'phase.progress'
      readonly phase: Phase
      readonly done: number
      readonly detail?: string
    }
  /** What the server is at: for phases of few and long statements. */
  | {
      readonly type: 'phase.detail'
      readonly phase: Phase
      readonly detail: string
      /** How much of the steps that are worked on is done, added up. */
      readonly running: number
    }
  /** What the sessions of the load wait for at this moment. */
  | { readonly type: 'phase.waits'; readonly phase: Phase; readonly waits: readonly Wait[] }
  | {
      readonly type: 'phase.finished'
      readonly phase: Phase
      readonly seconds: number
      readonly rows: number
    }
  | {
      readonly type: 'chunk.finished'
      readonly table: string
      readonly chunk: number
      readonly rows: number
      readonly seconds: number
    }
  | {
      readonly type: 'index.dropped' | 'index.built'
      readonly table: string
      readonly name: string
      readonly seconds?: number
    }
  /** Somebody else has a lock that is needed. */
  | LockWaiting
  /** What both fillers made of a sample, and which one was taken. */
  | ({ readonly type: 'calibrated' } & Calibration)
  /** How long the load may take, and what holds it up. */
  | ({ readonly type: 'expected' } & Expected)
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'run.finished'; readonly run: number; readonly seconds: number }

export interface Expected {
  readonly seconds: number
  /** The finished load of the same profile that this is taken from; undefined: a rule of thumb. */
  readonly fromRun: number | undefined
  /** The most important first. */
  readonly limits: readonly string[]
}

export type PhaseUnit = 'rows' | 'steps'
