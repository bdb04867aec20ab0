import { readFile } from 'node:fs/promises'
import { readCatalog } from '../catalog/index.ts'
import { type Database, type Target, withDatabase } from '../db/index.ts'
import { GigarowError, isGigarowError } from '../kernel/index.ts'
import type { Catalog } from '../model/index.ts'
import { classify, splitStatements } from '../sql/index.ts'
import { readMigrations } from './files.ts'
import { replay } from './replay.ts'
import type { ScratchServer } from './scratch.ts'
import { readScript, type Script } from './script.ts'

/** A state of a schema, wherever it is written down. All kinds become a catalog. */
export type Source =
  /** DDL of declarations; `label` for messages. */
  | { readonly kind: 'statements'; readonly label: string; readonly statements: readonly string[] }
  /** Replayed up to its end. */
  | { readonly kind: 'migrations'; readonly folder: string; readonly label: string }
  /** Plain SQL, run one after the other. */
  | { readonly kind: 'files'; readonly paths: readonly string[]; readonly label: string }
  | { readonly kind: 'database'; readonly target: Target; readonly label: string }

export interface SourceState {
  readonly source: Source
  /** The live database, or the scratch database that holds the state; open as long as `use` runs. */
  readonly db: Database
  readonly catalog: Catalog
}

export interface SourceOptions {
  readonly scratch: ScratchServer
  /** The user's address of its server, for the message when it has another major version than the live database. */
  readonly signal?: AbortSignal
  /** A last change of a scratch database before it is read. */
  readonly prepare?: (db: Database) => Promise<void>
}

/**
 * Opens or builds what the source describes, and reads it.
 *
 * @throws SOURCE_INVALID, SQL_SYNTAX: nothing was run
 * @throws SOURCE_FAILED: a statement failed on the scratch database
 */
export async function withSource<T>(
  source: Source,
  options: SourceOptions,
  use: (state: SourceState) => Promise<T>,
): Promise<T> {
  if (source.kind === 'database') {
    const doing = 'reading the schema'
    return withDatabase(source.target, { doing, applicationName: 'gigarow diff' }, async (db) =>
      use({ source, db, catalog: await readCatalog(db) }),
    )
  }
  const scripts = await scriptsOf(source)
  return options.scratch.withDatabase(async (db) => {
    await build(db, scripts, options)
    return use({ source, db, catalog: await readCatalog(db) })
  })
}

async function build(
  db: Database,
  scripts: readonly Script[],
  { scratch, signal, prepare }: SourceOptions,
): Promise<void> {
  const options = { makeRoles: scratch.makesRoles === true, ...(signal ? { signal } : {}) }
  await db.withSession(async (session) => {
    for (const script of scripts) await replay(session, script, options)
  })
  await prepare?.(db)
}

async function scriptsOf(source: Exclude<Source, { kind: 'database' }>): Promise<readonly Script[]> {
  if (source.kind === 'statements') {
    const text = source.statements.map((sql) => `${sql};\n`).join('')
    return [plain(text, source.label, await splitStatements(text, source.label))]
  }
  if (source.kind === 'migrations') {
    const files = await readMigrations(source.folder)
    return Promise.all(files.map((file) => readScript(file.sql, file.path)))
  }
  return Promise.all(source.paths.map((path) => readSqlFile(path)))
}

/** As psql runs a file: each statement by itself, BEGIN and COMMIT as they stand there. */
function plain(text: string, path: string, statements: Script['statements']): Script {
  return Object.freeze({ text, path, statements, transactional: false })
}

async function readSqlFile(path: string): Promise<Script> {
  const text = withoutRestrict(await readText(path))
  const statements = await splitStatements(text, path).catch((error: unknown) => {
    throw metaCommand(error, text, path) ?? error
  })
  const data = statements.find(({ node }) => classify(node) === 'client')
  if (data !== undefined) throw invalid(`${path}:${data.line} is a COPY that waits for data`, DUMP_HINT, path)
  return plain(text, path, statements)
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`
    throw invalid(`${path} ${why}`, 'A source is schema, migrations, database, an .sql file, a folder or postgresql://…', path)
  }
}

/** The first and last lines of what pg_dump writes; they only guard psql. As many characters stay: the places of errors do. */
function withoutRestrict(text: string): string {
  return text.replaceAll(/^\\(?:un)?restrict .*$/gm, (line) => ' '.repeat(line.length))
}

const DUMP_HINT = 'Write plain SQL without data: pg_dump --schema-only makes it from a database.'

/** The parser stops at a backslash that psql would have taken for itself, or in the data behind COPY. */
function metaCommand(error: unknown, text: string, path: string): GigarowError | undefined {
  if (!isGigarowError(error) || error.code !== 'SQL_SYNTAX') return undefined
  const number = Number(error.facts.line)
  const lines = text.split('\n')
  const line = lines[number - 1] ?? ''
  const word = /^\s*(\\\S*)/.exec(line)?.[1]
  if (word !== undefined && word !== '\\.') {
    return invalid(`${path}:${number}: ${word} is a command of psql, not SQL`, `Take the line out. ${DUMP_HINT}`, path)
  }
  const copy = lines.slice(0, number).findLastIndex((l) => /^\s*copy\b.*\bfrom\s+stdin\b/i.test(l))
  return copy === -1
    ? undefined
    : invalid(`${path}:${copy + 1} is a COPY that waits for data`, DUMP_HINT, path)
}

function invalid(message: string, hint: string, path: string): GigarowError {
  return new GigarowError('SOURCE_INVALID', `${message}.`, { facts: { path }, hint })
}

/** Definitions are the server's own text, which differs between major versions. */
export function assertSameMajor(from: SourceState, to: SourceState): void {
  if (from.catalog.major === to.catalog.major) return
  const said = [from, to].map(({ source, catalog }) =>
    source.kind === 'database'
      ? `${source.label} runs on PostgreSQL ${catalog.major}`
      : `${source.label} was built on a scratch server of PostgreSQL ${catalog.major}`,
  )
  throw new GigarowError('SCRATCH_UNUSABLE', `${said.join(', ')}: their definitions cannot be compared.`, {
    facts: { from: from.catalog.major, to: to.catalog.major },
    hint: '--scratch target makes the scratch databases on the server of the database itself (CREATEDB is needed); --scratch-url postgresql://… names another server of its major version.',
  })
}
