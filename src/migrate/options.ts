import { type Database, type LockPolicy, parseTarget, withDatabase } from '../db/index.ts'
import { GigarowError, silent } from '../kernel/index.ts'
import type { MigrateEmit } from './events.ts'
import type { MigrationFile } from './files.ts'
import type { LoadModule } from './module.ts'

export interface ConnectionOptions {
  /** postgresql://user:password@host:port/database, or a connection that gigarow has opened. A direct one: no PgBouncer. */
  readonly db: Database | string
  /** The migrations folder, absolute. */
  readonly folder: string
}

export interface RunOptions extends ConnectionOptions {
  /** How far, by the migration's name (or its part behind the timestamp); included. */
  readonly to?: string
  /** How many. */
  readonly step?: number
  /** Nothing is run; the result says what would be. */
  readonly dryRun?: boolean
  readonly emit?: MigrateEmit
  /** How long and how often locks are waited for. */
  readonly lock?: Partial<LockPolicy>
  /** Imports migration.ts. Default: import() of Node.js, which reads TypeScript from version 22.18 on. */
  readonly loadModule?: LoadModule
  /** Cancels the statement that runs. */
  readonly signal?: AbortSignal
}

export function connected<T>(
  { db }: ConnectionOptions,
  doing: string,
  use: (db: Database) => Promise<T>,
): Promise<T> {
  if (typeof db !== 'string') return use(db)
  return withDatabase(parseTarget(db, 'flag'), { doing }, use)
}

export function emitOf({ emit }: RunOptions): MigrateEmit {
  return emit ?? silent
}

/** The migration that `to` means: its whole name, or the part behind the timestamp where only one has it. */
export function findMigration(files: readonly MigrationFile[], to: string): MigrationFile {
  const found = files.filter((file) => file.name === to || file.name.slice(15) === to)
  if (found.length === 1) return found[0]!
  const problem = found.length === 0 ? 'There is no migration' : 'More than one migration is'
  throw new GigarowError('USAGE', `${problem} called "${to}".`, {
    facts: { to, migrations: (found.length > 0 ? found : files).map((f) => f.name) },
    hint: 'gigarow migrate status lists them; write the whole name.',
  })
}
