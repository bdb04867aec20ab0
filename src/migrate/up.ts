import { ensureStore } from '../store/index.ts'
import { createEngine } from './engine.ts'
import { type MigrationFile, readMigrations } from './files.ts'
import { type Recorded, readRecorded } from './ledger.ts'
import { underMigrateLock } from './lock.ts'
import { readModule } from './module.ts'
import { connected, emitOf, findMigration, type RunOptions } from './options.ts'
import { readScript } from './script.ts'
import { assertConsistent, assertNoneHalfReverted } from './state.ts'
import { unwrapped } from './unwrapped.ts'

export interface MigrateUpOptions extends RunOptions {
  /** Applies a pending migration that is older than one that is applied. */
  readonly allowOutOfOrder?: boolean
}

export interface MigrateUpResult {
  /** Names in the order they were applied (with dryRun: would be). */
  readonly applied: readonly string[]
  /** With dryRun: the SQL of each. */
  readonly sql: readonly { readonly name: string; readonly path: string; readonly sql: string }[]
}

/**
 * Applies pending migrations, oldest first. Each runs in one transaction with its row in the ledger; one with statements
 * that cannot (CREATE INDEX CONCURRENTLY) runs statement by statement with a journal, and resumes there. Any number of
 * callers at once: one applies, the others wait and find nothing to do.
 *
 * @throws MIGRATION_MODIFIED, MIGRATION_MISSING, MIGRATION_OUT_OF_ORDER, MIGRATION_INVALID, SQL_SYNTAX: nothing was run
 * @throws MIGRATION_HALF_REVERTED: nothing was run
 * @throws MIGRATION_FAILED with file, line and the server's message; LOCK_TIMEOUT with the sessions in the way
 */
export async function migrateUp(options: MigrateUpOptions): Promise<MigrateUpResult> {
  const files = await readMigrations(options.folder)
  return connected(options, 'applying migrations', async (db) => {
    if (options.dryRun) {
      const chosen = await choose(files, options, await readRecorded(db))
      return result(chosen, { withSql: true })
    }
    await ensureStore(db)
    return underMigrateLock(db, options, async (session) => {
      const recorded = await readRecorded(db)
      const chosen = await choose(files, options, recorded)
      const { lock = {}, signal } = options
      const run = { db, session, emit: emitOf(options), lock, ...(signal ? { signal } : {}) }
      const engine = await createEngine({
        run,
        files,
        ledger: recorded.ledger,
        allowDataLoss: false,
        quarantine: false,
        loadModule: options.loadModule,
      })
      const applied = chosen.length === 0 ? [] : await unwrapped(() => engine.up({ step: chosen.length }))
      return result(
        applied.map(({ name }) => files.find((f) => f.name === name)!),
        { withSql: false },
      )
    })
  })
}

/** What is to be applied; all of it is parsed before any of it runs. */
async function choose(
  files: readonly MigrationFile[],
  options: MigrateUpOptions,
  recorded: Recorded,
): Promise<readonly MigrationFile[]> {
  const last = options.to === undefined ? undefined : findMigration(files, options.to).name
  assertConsistent(files, recorded, { allowOutOfOrder: options.allowOutOfOrder === true })
  assertNoneHalfReverted(recorded)
  const applied = new Set(recorded.ledger.map((row) => row.name))
  const pending = files.filter((file) => !applied.has(file.name) && (last === undefined || file.name <= last))
  const chosen = pending.slice(0, options.step)
  for (const file of chosen)
    await (file.module ? readModule(file, options.loadModule) : readScript(file.sql, file.path))
  return chosen
}

function result(files: readonly MigrationFile[], { withSql }: { withSql: boolean }): MigrateUpResult {
  return Object.freeze({
    applied: files.map((file) => file.name),
    sql: withSql ? files.map(({ name, path, sql }) => ({ name, path, sql })) : [],
  })
}
