import { readMigrations } from './files.ts'
import { readRecorded } from './ledger.ts'
import { type ConnectionOptions, connected } from './options.ts'
import { compareStates, type MigrationState, type MigrationStatus } from './state.ts'

export interface MigrateStatusResult {
  /** In the order of the names. */
  readonly migrations: readonly MigrationStatus[]
  /** Whether everything is applied as it is in the files. */
  readonly upToDate: boolean
  readonly counts: Readonly<Record<MigrationState, number>>
}

/** Files and database side by side. Changes nothing, not even in a database that gigarow has never seen. */
export async function migrateStatus(options: ConnectionOptions): Promise<MigrateStatusResult> {
  const files = await readMigrations(options.folder)
  return connected(options, 'reading the state of the migrations', async (db) => {
    const migrations = compareStates(files, await readRecorded(db))
    const counts = { applied: 0, pending: 0, partial: 0, modified: 0, missing: 0 }
    for (const { state } of migrations) counts[state]++
    const upToDate = migrations.every((m) => m.state === 'applied' && m.stepsDone === undefined)
    return Object.freeze({ migrations, upToDate, counts })
  })
}
