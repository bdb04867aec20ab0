import { readFile } from 'node:fs/promises'
import { readCatalog, SharedObjects } from '../catalog/index.ts'
import { type Database, type Target, withDatabase } from '../db/index.ts'
import { GigarowError, isGigarowError, silent } from '../kernel/index.ts'
import type { Catalog } from '../model/index.ts'
import { classify, groupStatements, splitStatements } from '../sql/index.ts'
import { ensureStore } from '../store/index.ts'
import type { Run } from './execute.ts'
import { readMigrations } from './files.ts'
import { executeModule, type LoadModule, type ModuleJob, readModule } from './module.ts'
import { replay } from './replay.ts'
import type { ScratchServer } from './scratch.ts'
import { readScript, type Script } from './script.ts'

/** A state of a schema, wherever it is written down. All kinds become a catalog. */
export type Source =
  /** DDL of declarations; `label` for messages. */
  | { readonly kind: 'statements'; readonly label: string; readonly statements: readonly string[] }
  /** Replayed up to its end. */
  | {
      readonly kind: 'migrations'
      readonly folder: string
      readonly label: string
      /** For migrations written in TypeScript. */
      readonly load?: LoadModule
    }
  /** Plain SQL, run one after the other. */
  | {
      readonly kind: 'files'
      readonly files: readonly { readonly path: string; readonly label: string }[]
      readonly label: string
    }
  | { readonly kind: 'database'; readonly target: Target; readonly label: string }

export interface SourceState {
  readonly source: Source
  /** The live database, or the scratch database that holds the state; open as long as `use` runs. */
  readonly db: Database
  readonly catalog: Catalog
  readonly shared: SharedObjects
}

export interface SourceOptions {
  readonly scratch: ScratchServer
  /** What it is to be compared with: its major version has to be the same. */
  readonly like?: SourceState
  readonly signal?: AbortSignal
  /** A last change of a scratch database before it is read. */
  readonly prepare?: (db: Database) => Promise<void>
}

/**
 * Opens or builds what the source describes, and reads it.
 *
 * @throws SOURCE_INVALID, SQL_SYNTAX: nothing was run
 * @throws SCRATCH_UNUSABLE: no scratch database can be made, or its server has another major version than `like`
 * @throws SOURCE_FAILED: a statement failed on the scratch database
 */
export async function withSource<T>(
  source: Source,
  options: SourceOptions,
  use: (state: SourceState) => Promise<T>,
): Promise<T> {
  // Read before a server is asked: what is wrong in a file shows at once.
  const scripts = source.kind === 'database' ? [] : await stepsOf(source)
  const opened = async (db: Database) => {
    assertSameMajor(source, db, options.like)
    if (source.kind !== 'database') await build(db, scripts, options)
    const { shared = new SharedObjects() } = options.like ?? {}
    return use({ source, db, shared, catalog: await readCatalog(db, { shared }) })
  }
  if (source.kind !== 'database') return options.scratch.withDatabase(opened)
  const reading = { doing: 'reading the schema', applicationName: 'gigarow diff', fetchTypes: false }
  return withDatabase(source.target, reading, opened)
}

async function build(
  db: Database,
  steps: readonly Step[],
  { scratch, signal, prepare }: SourceOptions,
): Promise<void> {
  const options = { makeRoles: scratch.makesRoles === true, ...(signal ? { signal } : {}) }
  await db.withSession(async (session) => {
    for (const step of steps) {
      if ('text' in step) await replay(session, step, options)
      else await replayModule({ db, session, emit: silent, lock: {}, ...(signal ? { signal } : {}) }, step)
    }
  })
  await prepare?.(db)
}

/** SQL, or a migration that is a program. */
type Step = Script | Pick<ModuleJob, 'file' | 'migration'>

async function replayModule(run: Run, step: Pick<ModuleJob, 'file' | 'migration'>): Promise<void> {
  await ensureStore(run.db)
  await executeModule(run, { ...step, direction: 'up', record: async () => {} })
}

async function stepsOf(source: Exclude<Source, { kind: 'database' }>): Promise<readonly Step[]> {
  if (source.kind === 'statements') {
    const text = source.statements.map((sql) => `${sql};\n`).join('')
    return [plain(text, source.label, await splitStatements(text, source.label))]
  }
  if (source.kind === 'migrations') {
    const files = await readMigrations(source.folder)
    return Promise.all(
      files.map(
        async (file): Promise<Step> =>
          file.module === undefined
            ? readScript(file.sql, file.path)
            : { file, migration: await readModule(file, source.load) },
      ),
    )
  }
  return Promise.all(source.files.map(readSqlFile))
}

/** As psql runs a file: each statement by itself, BEGIN and COMMIT as they stand there. */
function plain(text: string, path: string, statements: Script['statements']): Script {
  const groups = groupStatements(statements, () => 'outside')
  return Object.freeze({ text, path, statements, groups, transactional: false })
}

async function readSqlFile({
  path,
  label,
}: {
  readonly path: string
  readonly label: string
}): Promise<Script> {
  const text = withoutRestrict(await readText(path))
  const statements = await splitStatements(text, label).catch((error: unknown) => {
    throw metaCommand(error, text, label) ?? error
  })
  // An empty schema as a target drops everything: a file that was truncated must not be one.
  if (text.trim() === '')
    throw invalid(
      `${label} is empty`,
      'If an empty schema is what you mean, say so: a file with only a comment (-- nothing) is taken as one.',
      label,
    )
  const data = statements.find(({ node }) => classify(node) === 'client')
  if (data !== undefined)
    throw invalid(`${label}:${data.line} is a COPY that waits for data`, DUMP_HINT, label)
  return plain(text, label, statements)
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`
    throw invalid(
      `${path} ${why}`,
      'A source is schema, migrations, database, an .sql file, a folder or postgresql://…',
      path,
    )
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
    return invalid(
      `${path}:${number}: ${word} is a command of psql, not SQL`,
      `Take the line out. ${DUMP_HINT}`,
      path,
    )
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
function assertSameMajor(source: Source, { version }: Database, like: SourceState | undefined): void {
  const major = Math.floor(version / 10_000)
  if (like === undefined || like.catalog.major === major) return
  const said = [
    { source: like.source, major: like.catalog.major },
    { source, major },
  ].map((side) =>
    side.source.kind === 'database'
      ? `${side.source.label} runs on PostgreSQL ${side.major}`
      : `the scratch server for ${side.source.label} is PostgreSQL ${side.major}`,
  )
  throw new GigarowError('SCRATCH_UNUSABLE', `${capital(said.join(', '))}: they cannot be compared.`, {
    facts: { majors: [like.catalog.major, major] },
    hint: '--scratch target makes the scratch databases on the server of the database itself (its user needs CREATEDB); --scratch-url postgresql://… names another server of the same major version.',
  })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
