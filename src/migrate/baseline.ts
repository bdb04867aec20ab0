import { type Database, inTransaction } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { ensureStore } from '../store/index.ts'
import { type MigrationFile, readMigrations } from './files.ts'
import { type Recorded, readRecorded, recordApplied } from './ledger.ts'
import { underMigrateLock } from './lock.ts'
import { connected, findMigration, type RunOptions } from './options.ts'
import { assertConsistent, assertNoneHalfApplied } from './state.ts'

export type BaselineOptions = Omit<RunOptions, 'step'>

export interface BaselineResult {
  /** Names, in order, that are recorded as applied (with dryRun: would be). */
  readonly recorded: readonly string[]
}

/**
 * Adopts a database that has its tables already: pending migrations, up to and including `to`, are recorded as applied without
 * being run. Whether the database really is what they would have made is for verify and drift to say.
 *
 * @throws REFUSED where the database has no tables at all: there migrations are to be applied
 * @throws what migrateUp throws before it runs anything
 */
export async function baseline(options: BaselineOptions): Promise<BaselineResult> {
  const files = await readMigrations(options.folder)
  return connected(options, 'adopting the database', async (db) => {
    if (options.dryRun) return named(await choose(db, { files, options, recorded: await readRecorded(db) }))
    await ensureStore(db)
    return underMigrateLock(db, options, async (session) => {
      const chosen = await choose(db, { files, options, recorded: await readRecorded(db) })
      await inTransaction(session, async () => {
        for (const { name, checksum, downSql } of chosen)
          await recordApplied(session, { name, checksum, downSql, durationMs: 0 })
      })
      return named(chosen)
    })
  })
}

interface Situation {
  readonly files: readonly MigrationFile[]
  readonly options: BaselineOptions
  readonly recorded: Recorded
}

async function choose(
  db: Database,
  { files, options, recorded }: Situation,
): Promise<readonly MigrationFile[]> {
  const last = options.to === undefined ? undefined : findMigration(files, options.to).name
  assertConsistent(files, recorded, { allowOutOfOrder: false })
  assertNoneHalfApplied(recorded)
  const applied = new Set(recorded.ledger.map((row) => row.name))
  const chosen = files.filter((file) => !applied.has(file.name) && (last === undefined || file.name <= last))
  if (chosen.length > 0) await assertHoldsTables(db)
  return chosen
}

async function assertHoldsTables({ sql }: Database): Promise<void> {
  const [row] = await sql<{ there: boolean }[]>`
    select exists (
      select from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'gigarow') and n.nspname !~ '^gigarow_quarantine_'
    ) as there`
  if (row!.there) return
  throw new GigarowError('REFUSED', 'The database has no tables: there is nothing to adopt.', {
    hint: 'gigarow migrate up makes them. If another database was meant, see --url.',
  })
}

function named(files: readonly MigrationFile[]): BaselineResult {
  return Object.freeze({ recorded: files.map((file) => file.name) })
}
