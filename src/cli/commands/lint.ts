import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { GigarowError, nearest } from '../../kernel/index.ts'
import type { Finding, LintOptions } from '../../lint/index.ts'
import { allowFlag, isAllowed, parseAllow } from '../allow.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { printFindings, summary } from '../lint/render.ts'
import { readSources } from '../lint/sources.ts'
import type { Output } from '../output.ts'

const VERSIONS = ['14', '15', '16', '17', '18']
/** Advice for the oldest server works on all of them. */
const OLDEST = 14

export const lintCommand: Command = {
  name: 'lint',
  summary: 'judge SQL: what it locks or loses, and what to write instead',
  args: '[files...]',
  options: [
    {
      flags: '--allow <what>',
      description:
        'findings that do not count, separated by commas: drop-column:public.orders.legacy, drop-column, or the kinds drop and lock',
    },
    {
      flags: '--enable <rules>',
      description: 'rules that are off by default, separated by commas; all for every one',
    },
    {
      flags: '--database',
      description: 'look at the tables of the server, too; without files: only migrations it has not applied',
    },
    {
      flags: '--target-version <major>',
      description: 'PostgreSQL that the SQL is for; default: that of the server with --database, else 14',
      choices: VERSIONS,
    },
  ],
  examples: [
    'gigarow lint',
    'gigarow lint --database',
    'gigarow lint migrations/20260102000000_second/migration.sql',
    'gigarow lint sql/ --allow drop,type-timestamp',
    'gigarow lint - < change.sql',
  ],
  run,
}

async function run(context: CommandContext, { args, options }: CommandInput): Promise<number> {
  const { out } = context
  const { isHazardRule, HAZARDS } = await import('../../model/index.ts')
  const rules = Object.keys(HAZARDS)
  const allow = await parseAllow(options.allow)
  const named = parseList(options.enable, ['all', ...rules])
  const enable = (named.includes('all') ? rules : named).filter(isHazardRule)
  const server = options.database === true ? await readServer(context) : undefined
  const sources = await readSources(await names(context, args, server), context.cwd)
  const { lintFiles } = await import('../../lint/index.ts')
  const found = await lintFiles(sources, {
    major:
      options.targetVersion === undefined ? (server?.catalog.major ?? OLDEST) : Number(options.targetVersion),
    catalog: server?.catalog,
    enable,
  })
  const findings = found.map((finding) => ({
    ...finding,
    allowed: isAllowed(finding, allow),
  }))
  const refused = findings.filter(({ allowed, severity }) => !allowed && severity !== 'notice')
  printFindings(out, findings)
  out.print(summary(findings, sources.length))
  out.document({ files: sources.map(({ file }) => file), findings, refused: refused.length })
  if (refused.length > 0) noteWayOut(out, refused)
  return refused.length > 0 ? 3 : 0
}

interface Server {
  readonly catalog: NonNullable<LintOptions['catalog']>
  /** Names of migrations that it has not applied. */
  readonly pending: readonly string[]
}

async function readServer(context: CommandContext): Promise<Server> {
  const { migrations: folder } = await context.config()
  const { withDatabase } = await import('../../db/index.ts')
  const { readCatalog } = await import('../../catalog/index.ts')
  const { migrateStatus } = await import('../../migrate/index.ts')
  const target = await context.target()
  return withDatabase(
    target,
    { doing: 'reading the catalog', applicationName: 'gigarow lint' },
    async (db) => {
      const { migrations } = await migrateStatus({ db, folder })
      const pending = migrations.filter(({ state }) => state === 'pending' || state === 'partial')
      return { catalog: await readCatalog(db), pending: pending.map(({ name }) => name) }
    },
  )
}

/** What was named; else the migrations: the pending ones where a server says which those are. */
async function names(
  context: CommandContext,
  args: readonly string[],
  server: Server | undefined,
): Promise<readonly string[]> {
  if (args.length > 0) return args
  const { migrations } = await context.config()
  if (server === undefined) return [migrations]
  // A migration in TypeScript has no SQL to look at.
  return server.pending
    .map((name) => join(migrations, name, 'migration.sql'))
    .filter((path) => existsSync(path))
}

function parseList(value: unknown, known: readonly string[]): readonly string[] {
  const words = String(value ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  for (const word of words) if (!known.includes(word)) throw unknownWord(word, known)
  return words
}

function unknownWord(word: string, known: readonly string[]): GigarowError {
  const near = nearest(word, known) ?? known.find((name) => name.includes(word))
  const suggestion = near === undefined ? '' : `Did you mean ${near}? `
  return new GigarowError('USAGE', `--enable knows no rule "${word}".`, {
    facts: { value: word },
    hint: `${suggestion}docs/hazards lists the rules.`,
  })
}

function noteWayOut(out: Output, refused: readonly Finding[]): void {
  out.note(
    `${out.colors.bold('→')} Rewrite it; or, where it is meant: -- gigarow: allow ${refused[0]!.rule}   above the statement, or ${allowFlag(refused)}`,
  )
}
