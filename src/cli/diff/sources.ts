import { readdir, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Unread } from '../../config/index.ts'
import type { Target } from '../../db/index.ts'
import { GigarowError, isGlob } from '../../kernel/index.ts'
import type { PolicyOf, Source } from '../../migrate/index.ts'
import type { DeclarationRename, DeclaredSchema, Distribution } from '../../schema/index.ts'
import type { CommandContext } from '../command.ts'

export interface ResolvedSource {
  readonly source: Source
  /** Of declarations: the partitions that these make are no difference. */
  readonly policies: readonly PolicyOf[]
  /** renamedFrom() of declarations. */
  readonly renames: readonly DeclarationRename[]
  /** distributeBy() and referenceTable() of declarations. */
  readonly distribution?: readonly Distribution[]
  /** Files beside declarations that were not read. */
  readonly unread?: readonly string[]
}

/** What --from and --to may be: schema, migrations, database, a path, or postgresql://… */
export async function resolveSource(context: CommandContext, text: string): Promise<ResolvedSource> {
  if (text === 'schema' || text === 'definitions')
    return declarations(context, (await context.config()).schema)
  if (text === 'migrations') return migrationsOf(context, (await context.config()).migrations)
  if (text === 'database') return database(await context.target())
  if (/^\w+:\/\//.test(text)) {
    const { parseTarget } = await import('../../db/index.ts')
    return database(parseTarget(text, 'argument'))
  }
  return atPath(context, resolve(context.cwd, text))
}

export async function database(target: Target): Promise<ResolvedSource> {
  const { describeTarget } = await import('../../db/index.ts')
  return { source: { kind: 'database', target, label: describeTarget(target) }, policies: [], renames: [] }
}

async function atPath(context: CommandContext, path: string): Promise<ResolvedSource> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw notThere(path)
  const label = labelOf(context, path)
  if (!info.isDirectory()) {
    if (/\.[mc]?[jt]s$/.test(path)) return declarations(context, path)
    return plain({ kind: 'files', files: [{ path, label }], label })
  }
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort()
  if (names.some((name) => /\.[mc]?[jt]s$/.test(name))) return declarations(context, path)
  const sql = names.filter((name) => name.endsWith('.sql'))
  if (sql.length > 0) {
    const files = sql.map((name) => ({ path: join(path, name), label: labelOf(context, join(path, name)) }))
    return plain({ kind: 'files', files, label })
  }
  return migrations(context, path)
}

function plain(source: Source): ResolvedSource {
  return { source, policies: [], renames: [] }
}

/** A folder that is not there would count as an empty one: as a target, a plan that drops everything. */
async function migrationsOf(context: CommandContext, folder: string): Promise<ResolvedSource> {
  const info = await stat(folder).catch(() => undefined)
  if (info?.isDirectory()) return migrations(context, folder)
  throw new GigarowError(
    'SOURCE_INVALID',
    `The folder of the migrations, ${labelOf(context, folder)}, is ${info === undefined ? 'not there' : 'not a folder'}.`,
    {
      facts: { path: folder },
      hint: 'It is the setting "migrations" of gigarow.config.ts. For a project without migrations make an empty folder.',
    },
  )
}

/** A folder that is not there is one without migrations. */
export function migrations(context: CommandContext, folder: string): ResolvedSource {
  return plain({
    kind: 'migrations',
    folder,
    label: labelOf(context, folder),
    // Loaded only when a migration is a program.
    load: async (path) => (await import('../../config/index.ts')).loadModule(path),
  })
}

/** `now`: up to where the partitions of a policy are made. */
export async function declarations(
  context: CommandContext,
  path: string | readonly string[],
  now: number = Date.now(),
): Promise<ResolvedSource> {
  const { loadExports, unreadFiles } = await import('../../config/index.ts')
  const { checkDeclarations } = await import('../../schema/index.ts')
  const { casing } = await context.config()
  const paths = typeof path === 'string' ? [path] : path
  const label = paths.map((one) => labelOf(context, one)).join(', ')
  const imports = await loadExports(paths)
  const unread = await unreadFiles(paths)
  noteUnread(context, unread)
  const source = await declared(await checkDeclarations(imports, { now, casing }), label)
  return { ...source, unread: unread.flatMap(({ files }) => files.map((file) => labelOf(context, file))) }
}

/** A command may load its declarations twice. */
const NOTED = new WeakSet<CommandContext>()

/** Where nothing would be said, a table that somebody has just written would seem to be no difference. */
export function noteUnread(context: CommandContext, unread: readonly Unread[]): void {
  if (NOTED.has(context)) return
  NOTED.add(context)
  const { out } = context
  for (const { index, files } of unread) {
    const names = files.map((file) => labelOf(context, file)).join(', ')
    const example = relative(dirname(index), files[0]!).split(sep).join('/')
    out.note(
      out.colors.yellow(
        `Not read: ${names}, because ${labelOf(context, index)} stands for its folder and does not lead there. What is declared there is no part of the schema until it says export * from './${example}', say.`,
      ),
    )
  }
}

export async function declared(schema: DeclaredSchema, label: string): Promise<ResolvedSource> {
  const { declarationRenames, declarationsSql, distributionSql } = await import('../../schema/index.ts')
  const source = { kind: 'statements', label, statements: await declarationsSql(schema) } as const
  const policies = schema.tables.flatMap(({ name, policy }) =>
    policy === undefined ? [] : [{ table: name, ...policy }],
  )
  return { source, policies, renames: declarationRenames(schema), distribution: distributionSql(schema) }
}

/** The partitions that time makes are no difference, whatever is compared. */
export async function declaredPolicies(context: CommandContext): Promise<readonly PolicyOf[]> {
  const { schema } = await context.config()
  const there = await Promise.all(schema.map((path) => isGlob(path) || stat(path).catch(() => undefined)))
  if (there.every((one) => one === undefined)) return []
  return (await declarations(context, schema)).policies
}

function labelOf({ cwd }: CommandContext, path: string): string {
  const short = relative(cwd, path)
  return short === '' || short.startsWith('..') ? path : short
}

function notThere(path: string): GigarowError {
  return new GigarowError('SOURCE_INVALID', `${path} is not there.`, {
    facts: { path },
    hint: 'A source is one of the words schema, migrations, database, or an .sql file, a folder, or postgresql://…',
  })
}
