import type { ReservedSql } from '../db/index.ts'
import type { BackfillOptions, BackfillResult } from './backfill.ts'

/** What a migration written in TypeScript gets. */
export interface MigrationContext {
  /** Tagged template on the migration's own connection: values become parameters. `sql.unsafe(text)` for plain text. */
  readonly sql: ReservedSql
  /** Changes the rows of a large table in short batches. Only where `transaction` is false. */
  backfill(options: BackfillOptions): Promise<BackfillResult>
  /** Aborted by Ctrl-C: check it in loops of your own. */
  readonly signal: AbortSignal
}

/** migrations/<YYYYMMDDHHMMSS>_<name>/migration.ts exports one by default. */
export interface MigrationModule {
  /**
   * true (the default): everything runs in one transaction with the ledger's row, and is run again from the beginning when a lock
   * could not be taken in time. false: each statement is on its own, and a run that was interrupted begins again: backfill() goes on
   * where it stopped, the rest has to bear being repeated.
   */
  readonly transaction?: boolean
  up(context: MigrationContext): Promise<void>
  /** Without it the migration cannot be taken back. */
  down?(context: MigrationContext): Promise<void>
}

/** For migration.ts: `export default defineMigration({ async up({ sql }) { … } })`. */
export function defineMigration(migration: MigrationModule): MigrationModule {
  return Object.freeze({ ...migration })
}
