import type { RunnableMigration, Umzug } from 'umzug'
import { GigarowError } from '../kernel/index.ts'
import { execute, type Run } from './execute.ts'
import type { MigrationFile } from './files.ts'
import type { Direction, LedgerRow } from './ledger.ts'
import { recordApplied, recordReverted } from './ledger.ts'
import { executeModule, type LoadModule, readModule } from './module.ts'
import { readScript } from './script.ts'

export interface EngineInput {
  readonly run: Run
  readonly files: readonly MigrationFile[]
  readonly ledger: readonly LedgerRow[]
  readonly allowDataLoss: boolean
  readonly quarantine: boolean
  readonly loadModule: LoadModule | undefined
}

/**
 * umzug decides what runs and in which order. Its two steps, run and log, are one here: the ledger's row is written in the
 * migration's transaction, and umzug's own logging does nothing. Migrations are handed over as they were applied, then the
 * pending ones by name, so that "the last one" is the one applied last.
 */
export async function createEngine({ run, files, ledger, ...rest }: EngineInput): Promise<Umzug<Run>> {
  // Loading it takes 0.2 s, which status and diff would pay, too.
  const { Umzug } = await import('umzug')
  const applied = ledger.map((row) => row.name)
  const ordered = inOrder(files, applied)
  const rows = new Map(ledger.map((row) => [row.name, row]))
  return new Umzug<Run>({
    migrations: ordered.map((file) => toUmzug(file, { run, row: rows.get(file.name), ...rest })),
    context: run,
    storage: {
      executed: async () => applied,
      logMigration: async () => {},
      unlogMigration: async () => {},
    },
    logger: undefined,
  })
}

export function inOrder(
  files: readonly MigrationFile[],
  applied: readonly string[],
): readonly MigrationFile[] {
  const byName = new Map(files.map((file) => [file.name, file]))
  const done = applied.flatMap((name) => byName.get(name) ?? [])
  return [...done, ...files.filter((file) => !applied.includes(file.name))]
}

interface Context {
  readonly run: Run
  readonly row: LedgerRow | undefined
  readonly allowDataLoss: boolean
  readonly quarantine: boolean
  readonly loadModule: LoadModule | undefined
}

function toUmzug(file: MigrationFile, context: Context): RunnableMigration<Run> {
  return file.module === undefined ? sqlMigration(file, context) : moduleMigration(file, context)
}

function moduleMigration(file: MigrationFile, { run, loadModule }: Context): RunnableMigration<Run> {
  const { name, checksum } = file
  const job = async (direction: Direction, record: (ms: number) => Promise<void>) =>
    executeModule(run, { file, migration: await readModule(file, loadModule), direction, record })
  return {
    name,
    up: () =>
      job('up', (durationMs) =>
        recordApplied(run.session, { name, checksum, downSql: undefined, durationMs }),
      ),
    down: () => job('down', () => recordReverted(run.session, name)),
  }
}

function sqlMigration(file: MigrationFile, { run, row, ...rest }: Context): RunnableMigration<Run> {
  const { name, checksum, downSql } = file
  return {
    name,
    up: async () => {
      const script = await readScript(file.sql, file.path)
      const record = (durationMs: number) =>
        recordApplied(run.session, { name, checksum, downSql, durationMs })
      await execute(run, { name, direction: 'up', script, record, keepData: false, quarantine: false })
    },
    // umzug takes a missing `down` for a successful one.
    down: async () => {
      const script = await readDownScript(file, row)
      const record = () => recordReverted(run.session, name)
      const { allowDataLoss, quarantine } = rest
      await execute(run, { name, direction: 'down', script, record, keepData: !allowDataLoss, quarantine })
    },
  }
}

/** down.sql of the folder, which may have been corrected since; else as it was when the migration was applied. */
export async function readDownScript(file: MigrationFile, row: LedgerRow | undefined) {
  const text = file.downSql ?? row?.downSql
  if (text == null) {
    throw new GigarowError(
      'MIGRATION_INVALID',
      `${file.name} has no down.sql: nobody knows how to take it back.`,
      {
        facts: { migration: file.name },
        hint: `Write ${file.downPath}, or go forward with a new migration.`,
      },
    )
  }
  return readScript(text, file.downPath)
}
