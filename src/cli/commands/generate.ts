import { relative } from 'node:path'
import { GigarowError } from '../../kernel/index.ts'
import { parseAllow } from '../allow.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { ONLINE_TYPES } from '../diff/online-types.ts'
import { proofText } from '../diff/proof-text.ts'
import { SCRATCH_OPTIONS, scratchServer } from '../diff/scratch.ts'
import { declarations, migrations } from '../diff/sources.ts'
import { noteUnmanaged } from '../diff/unmanaged.ts'
import { customText } from '../generate/custom.ts'
import type { Planned } from '../generate/plan.ts'
import { highlightSql } from '../sql-text.ts'

export const generateCommand: Command = {
  name: 'generate',
  summary: 'write a migration: what the declarations in schema/ have that migrations/ has not',
  args: '[name]',
  options: [
    { flags: '--name <name>', description: 'the same as the argument: what the folder is called' },
    {
      flags: '--allow <dangers>',
      description:
        'dangers to accept, separated by commas: drop-column:public.orders.legacy, drop-column, or the kinds drop and lock',
    },
    {
      flags: '--rename <what...>',
      description: "what is the same under a new name: 'table public.old=public.new'",
    },
    ONLINE_TYPES,
    {
      flags: '--custom',
      description: 'write an empty migration, for SQL of your own; what is missing stands in it as comments',
    },
    { flags: '--dry-run', description: 'show the SQL, write nothing' },
    { flags: '--no-prove', description: 'do not try the migration out on a scratch database' },
    ...SCRATCH_OPTIONS,
  ],
  examples: [
    'gigarow generate add_orders',
    'gigarow generate --dry-run',
    'gigarow generate drop_legacy --allow drop-column:public.orders.legacy',
    'gigarow generate backfill_totals --custom',
  ],
  run,
}

async function run(context: CommandContext, { args, options }: CommandInput): Promise<undefined> {
  const { parseRenames } = await import('../diff/renames.ts')
  const { planMigration } = await import('../generate/plan.ts')
  const label = labelOf(args[0], options.name)
  const allow = await parseAllow(options.allow)
  const renames = parseRenames(options.rename)
  const config = await context.config()
  const { migrationName, migrationText, readMigrations, writeMigration } = await import(
    '../../migrate/index.ts'
  )
  const now = Date.now()
  const newest = (await readMigrations(config.migrations)).at(-1)?.name
  const to = await declarations(context, config.schema, now)
  const custom = options.custom === true
  const name = migrationName(label ?? (custom ? 'custom' : newest === undefined ? 'initial' : 'change'), {
    now,
    ...(newest === undefined ? {} : { newest }),
  })
  const planned = await planMigration(context, {
    from: migrations(context, config.migrations),
    to,
    scratch: await scratchServer(
      context,
      options,
      options.scratch === 'target' ? await context.target() : undefined,
    ),
    now,
    renames,
    allow,
    onlineTypes: options.onlineTypes === true,
    prove: options.prove !== false,
    onlyLook: custom,
  })
  const sides = {
    from: { source: { label: 'the migrations' } },
    to: { source: { label: 'the declarations' } },
  }
  noteUnmanaged(context.out, planned.unmanaged, sides)
  if (!custom && planned.plan.statements.length === 0) return nothingToDo(context, planned, to.unread)
  const draft: Draft = custom
    ? { sql: customText(name, planned.plan), downSql: undefined, noWayBack: [] }
    : await withProvedWayBack(await migrationText(planned.plan, name), planned)
  const folder =
    options.dryRun === true ? undefined : await writeMigration(config.migrations, { name, ...draft })
  const path = folder && relative(config.root, folder)
  await report(context, { ...draft, ...planned, name, path, custom, unread: to.unread ?? [] })
  return undefined
}

function labelOf(argument: string | undefined, option: unknown): string | undefined {
  const name = option === undefined ? argument : String(option)
  if (argument === undefined || argument === name) return name
  throw new GigarowError('USAGE', `Two names are given: ${argument} and --name ${name}.`, {
    facts: { argument, name: String(option) },
    hint: 'Write one of them.',
  })
}

interface Draft {
  readonly sql: string
  readonly downSql: string | undefined
  /** Why there is no down.sql. */
  readonly noWayBack: readonly string[]
}

/** A way back that does not lead there is none. */
function withProvedWayBack(draft: Draft, { proof }: Planned): Draft {
  if (proof?.noWayBack === undefined) return draft
  return { ...draft, downSql: undefined, noWayBack: [proof.noWayBack] }
}

function nothingToDo(
  { out }: CommandContext,
  { unmanaged }: Planned,
  unread: readonly string[] = [],
): undefined {
  out.print('Nothing to do: the migrations are up to date with the declarations.')
  out.document({ migration: null, statements: 0, unmanaged, unread })
  return undefined
}

interface Report extends Draft, Planned {
  readonly name: string
  /** undefined: it was not written. */
  readonly path: string | undefined
  readonly custom: boolean
  readonly unread: readonly string[]
}

async function report({ out }: CommandContext, it: Report): Promise<void> {
  const { name, path, sql, downSql, noWayBack, plan, proof, custom, unmanaged, unread } = it
  const { green, dim } = out.colors
  out.print(highlightSql(sql, out.colors))
  if (proof !== undefined) out.note(await proofText(out, plan, proof))
  if (path === undefined) out.note(dim('Dry run: nothing was written.'))
  else {
    const files = `migration.sql${downSql === undefined ? '' : ', down.sql'}`
    out.print(`${green('written')} ${path}/ ${dim(`(${files})`)}`)
  }
  if (!custom && downSql === undefined)
    out.note(['There is no down.sql:', ...noWayBack.map((why) => `  - ${why}`)].join('\n'))
  if (path !== undefined)
    out.note(
      custom
        ? 'Write your SQL into it, then: gigarow migrate up'
        : 'Read it, commit it, then: gigarow migrate up',
    )
  out.document({
    migration: name,
    folder: path ?? null,
    statements: custom ? 0 : plan.statements.length,
    sql,
    downSql: downSql ?? null,
    unmanaged,
    unread,
    ...(custom || downSql !== undefined ? {} : { noWayBack }),
    ...(proof === undefined ? {} : { proof: { tables: proof.tables, empty: proof.empty } }),
  })
}
