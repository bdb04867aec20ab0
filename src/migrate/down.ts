import type { Database } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { ensureStore } from '../store/index.ts'
import { dropsTables, refuseDataLoss } from './data-loss.ts'
import { createEngine, inOrder, readDownScript } from './engine.ts'
import type { MigrateEvent } from './events.ts'
import { type MigrationFile, readMigrations } from './files.ts'
import { type LedgerRow, type Recorded, readRecorded } from './ledger.ts'
import { underMigrateLock } from './lock.ts'
import { readModule } from './module.ts'
import { connected, emitOf, findMigration, type RunOptions } from './options.ts'
import type { Quarantined } from './quarantine.ts'
import type { Script } from './script.ts'
import { assertConsistent } from './state.ts'
import { unwrapped } from './unwrapped.ts'

export interface MigrateDownOptions extends RunOptions {
  /** Drops tables and columns although they hold something. */
  readonly allowDataLoss?: boolean
  /** Moves tables that hold rows into a schema gigarow_quarantine_… instead of dropping them. */
  readonly quarantine?: boolean
}

export interface MigrateDownResult {
  /** Names in the order they were taken back (with dryRun: would be). */
  readonly reverted: readonly string[]
  /** Tables that were moved aside, and where they are. */
  readonly quarantined: readonly Quarantined[]
  readonly sql: readonly { readonly name: string; readonly path: string; readonly sql: string }[]
}

/**
 * Takes back what was applied last: one migration, `step` of them, or everything down to and including `to`. Refuses to
 * drop what holds rows, or moves it aside. All down.sql are read and checked before the first runs.
 *
 * @throws REFUSED naming the tables that are not empty; MIGRATION_INVALID where there is no down.sql
 * @throws what migrateUp throws
 */
export async function migrateDown(options: MigrateDownOptions): Promise<MigrateDownResult> {
  const files = await readMigrations(options.folder)
  return connected(options, 'reverting migrations', async (db) => {
    if (options.dryRun) {
      const scripts = await prepare(db, { files, options, recorded: await readRecorded(db) })
      return { reverted: scripts.map((s) => s.name), quarantined: [], sql: scripts.map(toText) }
    }
    await ensureStore(db)
    return underMigrateLock(db, options, async (session) => {
      const recorded = await readRecorded(db)
      const scripts = await prepare(db, { files, options, recorded })
      const { lock = {}, signal } = options
      const quarantined: Quarantined[] = []
      const emit = (event: MigrateEvent) => {
        if (event.type === 'migrate.quarantined')
          quarantined.push({ table: event.table, schema: event.schema })
        emitOf(options)(event)
      }
      const run = { db, session, emit, lock, ...(signal ? { signal } : {}) }
      const engine = await createEngine({
        run,
        files,
        ledger: recorded.ledger,
        allowDataLoss: options.allowDataLoss === true,
        quarantine: options.quarantine === true,
        loadModule: options.loadModule,
      })
      if (scripts.length > 0) await unwrapped(() => engine.down({ step: scripts.length }))
      return { reverted: scripts.map((s) => s.name), quarantined, sql: [] }
    })
  })
}

interface Prepared {
  readonly name: string
  readonly script: Script
}

interface Situation {
  readonly files: readonly MigrationFile[]
  readonly options: MigrateDownOptions
  readonly recorded: Recorded
}

/** The scripts to run, last applied first; refused here, before anything is changed, where that can be seen. */
async function prepare(db: Database, { files, options, recorded }: Situation): Promise<readonly Prepared[]> {
  const { ledger } = recorded
  const target = options.to === undefined ? undefined : findMigration(files, options.to).name
  assertConsistent(files, recorded, { allowOutOfOrder: true })
  const applied = inOrder(
    files.filter((file) => ledger.some((row) => row.name === file.name)),
    ledger.map((row) => row.name),
  ).toReversed()
  const count = target === undefined ? (options.step ?? 1) : applied.findIndex((f) => f.name === target) + 1
  if (target !== undefined && count === 0) {
    throw new GigarowError('USAGE', `${target} is not applied: there is nothing to take back.`, {
      facts: { to: target },
      hint: 'gigarow migrate status shows what is.',
    })
  }
  const prepared: Prepared[] = []
  for (const file of applied.slice(0, count)) {
    const row = ledger.find((r) => r.name === file.name)
    prepared.push({ name: file.name, script: await wayBack(file, { row, options }) })
  }
  if (options.allowDataLoss !== true) {
    const all = prepared.flatMap(({ script }) => script.statements)
    const statements = options.quarantine ? all.filter(({ node }) => !dropsTables(node)) : all
    await refuseDataLoss(db.sql, statements, { lock: false })
  }
  return prepared
}

/** Of a program nothing is known beforehand but that it has a way back. */
async function wayBack(
  file: MigrationFile,
  { row, options }: { row: LedgerRow | undefined; options: MigrateDownOptions },
): Promise<Script> {
  if (file.module === undefined) return readDownScript(file, row)
  const { down, transaction } = await readModule(file, options.loadModule)
  if (down)
    return {
      text: file.sql,
      path: file.path,
      statements: [],
      groups: [],
      transactional: transaction !== false,
    }
  throw new GigarowError(
    'MIGRATION_INVALID',
    `${file.name} has no down(): nobody knows how to take it back.`,
    {
      facts: { migration: file.name },
      hint: `Write one in ${file.path}, or go forward with a new migration.`,
    },
  )
}

function toText({ name, script }: Prepared): { name: string; path: string; sql: string } {
  return { name, path: script.path, sql: script.text }
}
