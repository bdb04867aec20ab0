import type { Target } from '../db/index.ts'
import type { GigarowError, QualifiedName } from '../kernel/index.ts'
import type { TableOrder } from './chunk-loop.ts'
import type { PartitionTrees } from './leaves/trees.ts'
import type { LoadPlan, TablePlan } from './plan.ts'

/** What a thread does at a time. */
export type WorkerTask =
  | {
      readonly kind: 'fill'
      readonly target: Target
      readonly run: number
      readonly plan: LoadPlan
      readonly trees: PartitionTrees
      readonly order: TableOrder
      /** Which of the sessions this is, as a fraction from 0 up to, but without, 1. */
      readonly phase: number
    }
  | {
      readonly kind: 'verify'
      readonly target: Target
      readonly run: number
      readonly plan: LoadPlan
      readonly units: readonly VerifyUnit[]
      readonly queue: SharedArrayBuffer
    }
  | MeasureTask

/** A sample to be put into a table of its own, which is rolled back. */
export interface MeasureTask {
  readonly kind: 'measure'
  readonly target: Target
  readonly create: string
  /** What `create` makes. */
  readonly into: QualifiedName
  /** With all of its rows: those of a smaller table would be others, and children need as many as their parents have. */
  readonly table: TablePlan
  /** The first ones, so many. */
  readonly rows: number
  readonly seed: number
}

/** What it tells: reports, then at most one failure, then that the task has ended. */
export type WorkerMessage =
  | WorkerReport
  | { readonly type: 'failed'; readonly error: ThreadError }
  | { readonly type: 'ended' }

export type WorkerReport =
  | { readonly type: 'rows'; readonly rows: number }
  | {
      readonly type: 'chunk'
      readonly table: string
      readonly chunk: number
      readonly rows: number
      readonly seconds: number
    }
  | {
      readonly type: 'sum'
      readonly side: 'expected' | 'found'
      readonly table: string
      readonly sums: readonly ChunkSum[]
      readonly rows: number
    }
  /** Rows a second. */
  | { readonly type: 'measured'; readonly rate: number }

/** An error class does not survive the way out of a thread: ours as JSON, a driver's as the fields that say what it was. */
export type ThreadError =
  | { readonly ours: ReturnType<GigarowError['toJSON']> }
  | { readonly message: string; readonly code?: string; readonly fields: Readonly<Record<string, string>> }

export interface WorkerContext {
  readonly tell: (message: WorkerMessage) => void
  /** Aborted by the command 'stop'. */
  readonly signal: AbortSignal
}

/** What it is told: begin with a task; end it at once, roll back. */
export type WorkerCommand = { readonly task: WorkerTask } | 'stop'

/** A piece of verification: chunks to recompute, or a part of a relation's rows to read. Cut so that both take alike. */
export type VerifyUnit =
  | {
      readonly side: 'expected'
      readonly table: number
      readonly firstChunk: number
      readonly lastChunk: number
    }
  | {
      readonly side: 'found'
      readonly table: number
      readonly relation: string
      /** SQL: which of its rows. */
      readonly condition: string
    }

/** Rows and sum of row checksums mod 2^64 of one chunk, or of a part of it. */
export interface ChunkSum {
  readonly chunk: number
  readonly rows: number
  readonly sum: bigint
}
