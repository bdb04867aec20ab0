import { relative } from 'node:path'
import { GigarowError } from '../../kernel/index.ts'
import type { CustomPlan, MigrationPlan } from '../../schema/index.ts'
import { parseAllow } from '../allow.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { highlightSql } from '../sql-text.ts'

export const generateCommand: Command = {
  name: 'generate',
  summary: 'write a migration: what the declarations in schema/ have that migrations/ has not',
  args: '[name]',
  options: [
    {
      flags: '--allow <dangers>',
      description: 'dangers to accept, separated by commas: drop, lock',
    },
    { flags: '--custom', description: 'write an empty migration, for SQL of your own' },
    { flags: '--dry-run', description: 'show the SQL, write nothing' },
  ],
  examples: [
    'gigarow generate add_orders',
    'gigarow generate --dry-run',
    'gigarow generate drop_legacy --allow drop',
    'gigarow generate backfill_totals --custom',
  ],
  run,
}

async function run(context: CommandContext, { args, options }: CommandInput): Promise<undefined> {
  const allow = parseAllow(options.allow)
  const config = await context.config()
  const { loadExports } = await import('../../config/index.ts')
  const schema = await import('../../schema/index.ts')
  const migrate = await import('../../migrate/index.ts')

  const now = Date.now()
  const files = await migrate.readMigrations(config.migrations)
  const newest = await migrate.newestSnapshot(files)
  if (newest !== undefined && !schema.isSnapshot(newest.value)) throw foreignSnapshot(newest.path)
  const declared = await schema.checkDeclarations(await loadExports(config.schema), {
    now,
    casing: config.casing,
  })
  const previous = newest?.value as MigrationPlan['snapshot'] | undefined
  const custom = options.custom === true ? await schema.planCustom(declared, previous) : undefined
  const plan = custom === undefined ? await schema.planMigration(declared, previous) : undefined

  if (plan?.statements.length === 0) return nothingToDo(context)
  if (plan !== undefined) schema.refuseHazards(plan, allow)
  const last = files.at(-1)
  const label = args[0] ?? (custom ? 'custom' : last ? 'change' : 'initial')
  const name = migrate.migrationName(label, { now, ...(last ? { newest: last.name } : {}) })
  const draft = custom ? customDraft(name, custom) : planDraft(name, plan!, migrate.renderStatements)
  const folder = options.dryRun
    ? undefined
    : await migrate.writeMigration(config.migrations, { name, ...draft })
  report(context, { name, folder, root: config.root, ...draft })
  return undefined
}

interface Draft {
  readonly sql: string
  readonly downSql: string | undefined
  readonly snapshot: MigrationPlan['snapshot']
  readonly statements: number
}

type Render = typeof import('../../migrate/index.ts')['renderStatements']

function planDraft(name: string, plan: MigrationPlan, render: Render): Draft {
  return {
    sql: render(plan.statements, [name]),
    downSql: plan.down && render(plan.down, [`Takes ${name} back.`]),
    snapshot: plan.snapshot,
    statements: plan.statements.length,
  }
}

/** Without a down.sql: an empty one would take the migration out of the ledger and leave what it made. */
function customDraft(name: string, { open, snapshot }: CustomPlan): Draft {
  const lines = open.flatMap((text) => text.split('\n').map((line) => `--   ${line}`))
  const gap =
    lines.length === 0
      ? []
      : [
          '-- The declarations have changed since the migration before. snapshot.json beside this file is their new state,',
          '-- so this file has to bring the database there:',
          ...lines,
        ]
  return {
    sql: `${[`-- ${name}`, '-- Your SQL here. Statements that allow it run in one transaction.', ...gap].join('\n')}\n`,
    downSql: undefined,
    snapshot,
    statements: 0,
  }
}

function nothingToDo({ out }: CommandContext): undefined {
  out.print('Nothing to do: the migrations are up to date with the declarations.')
  out.document({ migration: null, statements: 0 })
  return undefined
}

interface Report extends Draft {
  readonly name: string
  readonly folder: string | undefined
  readonly root: string
}

function report({ out }: CommandContext, { name, folder, root, sql, downSql, statements }: Report): void {
  const path = folder === undefined ? null : relative(root, folder)
  out.print(highlightSql(sql, out.colors))
  if (path === null) out.note(out.colors.dim('Dry run: nothing was written.'))
  else {
    const files = `migration.sql, ${downSql === undefined ? '' : 'down.sql, '}snapshot.json`
    out.print(`${out.colors.green('written')} ${path}/ ${out.colors.dim(`(${files})`)}`)
    if (downSql === undefined)
      out.note(
        'There is no down.sql: it is not known how to take this back. Write one by hand if you need it.',
      )
    out.note('Read it, commit it, then: gigarow migrate up')
  }
  out.document({ migration: name, folder: path, statements, sql, downSql: downSql ?? null })
}

function foreignSnapshot(path: string): GigarowError {
  return new GigarowError('MIGRATION_INVALID', `${path} is not a snapshot of gigarow.`, {
    facts: { path },
    hint: 'It may be one of drizzle-kit. Bring the file back from version control, or use another migrations folder.',
  })
}
