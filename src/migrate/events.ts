import type { LockWaiting } from '../db/index.ts'
import type { Emit } from '../kernel/index.ts'
import type { Direction } from './ledger.ts'

export type MigrateEvent =
  | {
      readonly type: 'migrate.applying' | 'migrate.reverting'
      readonly name: string
      readonly statements: number
      /** false: statement by statement, with a journal. */
      readonly transactional: boolean
      /** Statements that an earlier, interrupted run has done. */
      readonly alreadyDone: number
    }
  | { readonly type: 'migrate.applied' | 'migrate.reverted'; readonly name: string; readonly ms: number }
  /** Before a statement of a migration that runs outside of a transaction. */
  | { readonly type: 'migrate.step'; readonly name: string; readonly step: number; readonly sql: string }
  /** What an interrupted run had left behind, and what was done about it. */
  | {
      readonly type: 'migrate.recovered'
      readonly name: string
      readonly step: number
      readonly what: string
    }
  /** A table that holds rows was moved into a schema of its own instead of being dropped. */
  | {
      readonly type: 'migrate.quarantined'
      readonly name: string
      readonly table: string
      readonly schema: string
    }
  /** A batch of a backfill is committed. `rows`: changed so far, `total`: of the table, by the server's estimate. */
  | {
      readonly type: 'migrate.backfill'
      readonly name: string
      readonly table: string
      readonly rows: number
      readonly total: number
    }
  /** Another gigarow migrates this database; `pid` of its server process. */
  | { readonly type: 'migrate.waiting'; readonly pid: number | null }
  | LockWaiting

export type MigrateEmit = Emit<MigrateEvent>

export const EVENTS_OF = {
  up: { before: 'migrate.applying', after: 'migrate.applied' },
  down: { before: 'migrate.reverting', after: 'migrate.reverted' },
} as const satisfies Record<Direction, unknown>
