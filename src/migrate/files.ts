import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { GigarowError } from '../kernel/index.ts'
import { checksumOf, normalizeText } from './checksum.ts'

/** One folder of migrations/: <YYYYMMDDHHMMSS>_<name>/{migration.sql, down.sql}, or with a migration.ts. Other files are passed over. */
export interface MigrationFile {
  readonly name: string
  readonly folder: string
  /** For messages: migrations/20250101000000_initial/migration.sql, relative to the migrations' parent. */
  readonly path: string
  /** Text of migration.sql or migration.ts, line ends as LF. */
  readonly sql: string
  /** Absolute path of migration.ts; undefined where it is SQL. */
  readonly module: string | undefined
  readonly checksum: string
  /** Text of down.sql; undefined when there is none. */
  readonly downSql: string | undefined
  readonly downPath: string
}

export const MIGRATION_NAME = /^\d{14}_[A-Za-z0-9][\w-]*$/

/**
 * The migrations of a folder in the order of their names. A folder that is not there holds none; hidden entries and
 * plain files (README, .DS_Store, .gitkeep) are passed over. Throws MIGRATION_INVALID.
 */
export async function readMigrations(folder: string): Promise<readonly MigrationFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const names = entries
    .filter((entry) => !entry.name.startsWith('.') && !entry.isFile())
    .map((entry) => entry.name)
    .sort()
  const files = await Promise.all(names.map((name) => readOne(folder, name)))
  return Object.freeze(files.filter((file) => file !== undefined))
}

async function readOne(root: string, name: string): Promise<MigrationFile | undefined> {
  const folder = join(root, name)
  const found = await sourcesIn(folder)
  const file = found[0]?.file ?? 'migration.sql'
  const path = relative(join(root, '..'), join(folder, file))
  const sql = found[0]?.text
  if (!MIGRATION_NAME.test(name)) {
    // Somebody's own folder; with a migration in it, it is a typing error.
    if (sql === undefined) return undefined
    throw invalid(path, `The folder name "${name}" is not <YYYYMMDDHHMMSS>_<name>`, 'Rename the folder.')
  }
  if (sql === undefined) {
    throw invalid(
      path,
      `${path} is not there`,
      'Bring the file back, or remove the folder if nothing has it applied.',
    )
  }
  if (found.length > 1) {
    const others = found.map((source) => source.file).join(' and ')
    throw invalid(path, `${name} has ${others}`, 'Keep one of them: a migration is SQL or a program.')
  }
  const down = await readText(join(folder, 'down.sql'))
  return Object.freeze({
    name,
    folder,
    path,
    sql: normalizeText(sql),
    checksum: checksumOf(sql),
    downSql: down === undefined ? undefined : normalizeText(down),
    downPath: relative(join(root, '..'), join(folder, 'down.sql')),
    module: file === 'migration.sql' ? undefined : join(folder, file),
  })
}

const SOURCES = ['migration.sql', 'migration.ts', 'migration.mts', 'migration.js', 'migration.mjs']

async function sourcesIn(folder: string): Promise<readonly { file: string; text: string }[]> {
  const texts = await Promise.all(
    SOURCES.map(async (file) => ({ file, text: await readText(join(folder, file)) })),
  )
  return texts.flatMap(({ file, text }) => (text === undefined ? [] : [{ file, text }]))
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

export function invalid(path: string, message: string, hint: string): GigarowError {
  return new GigarowError('MIGRATION_INVALID', `${message}.`, { facts: { path }, hint })
}
