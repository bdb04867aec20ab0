import { formatCount, formatDuration, GigarowError, ident } from '../../kernel/index.ts'
import type { MigrateEvent, MigrateStatusResult, Repair } from '../../migrate/index.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { confirm } from '../confirm.ts'
import { lockWaitingText } from '../lock-waiting.ts'
import type { Output } from '../output.ts'
import { highlightSql } from '../sql-text.ts'

const DRY_RUN = { flags: '--dry-run', description: 'show the SQL, run nothing' }

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'apply migrations to the database, take them back, show where it stands',
  examples: ['gigarow migrate status', 'gigarow migrate up --dry-run', 'gigarow migrate up'],
  commands: [
    {
      name: 'up',
      summary: 'apply what is pending, oldest first',
      options: [
        { flags: '--to <name>', description: 'up to and including this migration' },
        { flags: '--step <n>', description: 'at most this many migrations' },
        {
          flags: '--allow-out-of-order',
          description: 'apply pending migrations that are older than an applied one',
        },
        DRY_RUN,
      ],
      examples: ['gigarow migrate up', 'gigarow migrate up --dry-run', 'gigarow migrate up --step 1'],
      run: up,
    },
    {
      name: 'down',
      summary: 'take back the migration applied last; refuses to drop what holds rows',
      options: [
        { flags: '--step <n>', description: 'this many migrations; default: 1' },
        { flags: '--to <name>', description: 'down to and including this migration' },
        {
          flags: '--quarantine',
          description: 'move tables that hold rows into a schema of their own instead of dropping them',
        },
        { flags: '--allow-data-loss', description: 'drop tables and columns although they hold something' },
        DRY_RUN,
      ],
      examples: ['gigarow migrate down', 'gigarow migrate down --step 2 --dry-run'],
      run: down,
    },
    {
      name: 'status',
      summary: 'what is applied, pending, modified or missing; exit code 4 when not all is applied',
      examples: ['gigarow migrate status', 'gigarow migrate status --json'],
      run: status,
    },
    {
      name: 'baseline',
      summary:
        'record pending migrations as applied without running them: adopts a database that has its tables',
      options: [
        { flags: '--to <name>', description: 'up to and including this migration' },
        { flags: '--dry-run', description: 'say what would be recorded, change nothing' },
      ],
      examples: ['gigarow migrate baseline --dry-run', 'gigarow migrate baseline --to initial'],
      run: adopt,
    },
    {
      name: 'repair',
      summary:
        'bring the ledger to what the files say: accepts files that were edited after they were applied',
      options: [
        {
          flags: '--forget-missing',
          description: 'take migrations out of the ledger whose files are gone',
        },
        { flags: '--dry-run', description: 'say what would be changed, change nothing' },
      ],
      examples: ['gigarow migrate repair --dry-run', 'gigarow migrate repair --yes'],
      run: mend,
    },
  ],
}

async function up(context: CommandContext, { options }: CommandInput): Promise<undefined> {
  const run = runOptions(context, options)
  const { migrateUp } = await import('../../migrate/index.ts')
  const result = await connected(context, 'applying migrations', (db, folder) =>
    migrateUp({ ...run, db, folder, allowOutOfOrder: options.allowOutOfOrder === true }),
  )
  const { out } = context
  if (run.dryRun) printSql(out, result.sql)
  if (result.applied.length === 0) out.print('Nothing to do: every migration is applied.')
  out.document({ applied: result.applied, dryRun: run.dryRun })
  return undefined
}

async function down(context: CommandContext, { options }: CommandInput): Promise<undefined> {
  const run = runOptions(context, options)
  const { migrateDown } = await import('../../migrate/index.ts')
  const result = await connected(context, 'reverting migrations', (db, folder) =>
    migrateDown({
      ...run,
      db,
      folder,
      allowDataLoss: options.allowDataLoss === true,
      quarantine: options.quarantine === true,
    }),
  )
  const { out } = context
  if (run.dryRun) printSql(out, result.sql)
  if (result.reverted.length === 0) out.print('Nothing to do: no migration is applied.')
  const schemas = [...new Set(result.quarantined.map(({ schema }) => schema))]
  if (schemas.length > 0) {
    out.note(
      'To bring a table back: ALTER TABLE <schema>.<table> SET SCHEMA public; each partition, too. To drop it for good:',
    )
    for (const schema of schemas) out.note(`  DROP SCHEMA ${ident(schema)} CASCADE;`)
  }
  out.document({ reverted: result.reverted, quarantined: result.quarantined, dryRun: run.dryRun })
  return undefined
}

async function adopt(context: CommandContext, { options }: CommandInput): Promise<undefined> {
  const { step: _, ...run } = runOptions(context, options)
  const { baseline } = await import('../../migrate/index.ts')
  const { recorded } = await connected(context, 'adopting the database', (db, folder) =>
    baseline({ ...run, db, folder }),
  )
  const { out } = context
  const word = out.colors.green(run.dryRun ? 'would be recorded' : 'recorded')
  for (const name of recorded) out.print(`${word} ${name}`)
  if (recorded.length === 0) out.print('Nothing to do: no migration is pending.')
  else if (!run.dryRun)
    out.note('Nothing was run. See whether the database is what the migrations make: gigarow drift')
  out.document({ recorded, dryRun: run.dryRun })
  return undefined
}

const REPAIRS: Record<Repair['what'], string> = {
  reread: 'takes the checksum and the way back of the file as it is now',
  forgotten: 'is taken out of the ledger: its file is gone',
  missing: 'has no file; --forget-missing takes it out of the ledger',
  chain: 'follows the row before it again',
}

async function mend(context: CommandContext, { options }: CommandInput): Promise<number> {
  const { signal, emit, dryRun } = runOptions(context, options)
  const { repair } = await import('../../migrate/index.ts')
  const work = { signal, emit, forgetMissing: options.forgetMissing === true }
  const repairs = await connected(context, 'repairing the ledger', async (db, folder) => {
    const planned = (await repair({ ...work, db, folder, dryRun: true })).repairs
    for (const { name, what } of planned) context.out.print(`${name} ${REPAIRS[what]}`)
    if (dryRun || planned.every(({ what }) => what === 'missing')) return planned
    await confirm(context, 'Change the ledger so? No migration is run.')
    return (await repair({ ...work, db, folder })).repairs
  })
  if (!dryRun && repairs.some(({ what }) => what !== 'missing')) context.out.print('The ledger is repaired.')
  const left = repairs.filter(({ what }) => what === 'missing').length
  if (repairs.length === 0) context.out.print('Nothing to do: the ledger and the files agree.')
  context.out.document({ repairs, dryRun })
  return left > 0 ? 4 : 0
}

async function status(context: CommandContext): Promise<number> {
  const { migrateStatus } = await import('../../migrate/index.ts')
  const result = await connected(context, 'reading the state of the migrations', (db, folder) =>
    migrateStatus({ db, folder }),
  )
  context.out.print(await statusTable(context.out, result))
  context.out.document(result)
  return result.upToDate ? 0 : 4
}

type Db = import('../../db/index.ts').Database

async function connected<T>(
  context: CommandContext,
  doing: string,
  use: (db: Db, folder: string) => Promise<T>,
): Promise<T> {
  const { migrations } = await context.config()
  const { withDatabase } = await import('../../db/index.ts')
  return withDatabase(await context.target(), { doing, applicationName: 'gigarow migrate' }, (db) =>
    use(db, migrations),
  )
}

function runOptions({ out, signal }: CommandContext, { to, step, dryRun }: CommandInput['options']) {
  if (to !== undefined && step !== undefined) {
    throw new GigarowError('USAGE', '--to and --step cannot be used together.', { hint: 'Use one of them.' })
  }
  return {
    emit: (event: MigrateEvent) => render(out, event),
    loadModule,
    signal,
    dryRun: dryRun === true,
    ...(to === undefined ? {} : { to: String(to) }),
    ...(step === undefined ? {} : { step: parseStep(String(step)) }),
  }
}

function parseStep(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new GigarowError('USAGE', `--step ${text} is not a number of migrations.`, {
    facts: { value: text },
    hint: 'Write a whole number from 1: --step 2.',
  })
}

function render(out: Output, event: MigrateEvent): void {
  const { green, dim, yellow } = out.colors
  if (event.type === 'migrate.applied') {
    out.print(`${green('applied')}  ${event.name} ${dim(formatDuration(event.ms))}`)
  } else if (event.type === 'migrate.reverted') {
    out.print(`${green('reverted')} ${event.name} ${dim(formatDuration(event.ms))}`)
  } else if (event.type === 'migrate.step') {
    out.note(dim(`  ${event.step}. ${event.sql.replaceAll(/\s+/g, ' ').slice(0, 100)}`))
  } else if (event.type === 'migrate.recovered') {
    out.note(dim(`  ${event.step}. ${event.what}`))
  } else if (event.type === 'migrate.quarantined') {
    out.note(yellow(`  ${event.table} is not empty: it is now in the schema ${event.schema}`))
  } else if (event.type === 'migrate.backfill') {
    out.note(dim(`  ${event.table}: ${backfillText(event)}`))
  } else if (event.type === 'migrate.waiting') {
    const who = event.pid === null ? '' : ` (server process ${event.pid})`
    out.note(yellow(`waiting: another gigarow migrates this database${who}`))
  } else if (event.type === 'lock.waiting') {
    out.note(yellow(lockWaitingText(event)))
  } else if ('alreadyDone' in event && event.alreadyDone > 0) {
    out.note(dim(`${event.name}: goes on at statement ${event.alreadyDone + 1} of ${event.statements}`))
  }
}

function backfillText({ rows, total }: Extract<MigrateEvent, { type: 'migrate.backfill' }>): string {
  return `${formatCount(rows)} rows changed${total > 0 ? ` of about ${formatCount(total)}` : ''}`
}

/** Loaded only when a migration is a program. */
async function loadModule(path: string): Promise<Record<string, unknown>> {
  const config = await import('../../config/index.ts')
  return config.loadModule(path)
}

function printSql(out: Output, scripts: readonly { readonly path: string; readonly sql: string }[]): void {
  for (const { path, sql } of scripts) {
    out.print(out.colors.bold(path))
    out.print(highlightSql(sql, out.colors))
  }
  out.note(out.colors.dim('Dry run: nothing was changed.'))
}

async function statusTable(out: Output, { migrations }: MigrateStatusResult): Promise<string> {
  if (migrations.length === 0) return 'There are no migrations yet: gigarow generate writes the first.'
  const { renderTable } = await import('../table.ts')
  const { green, yellow, red } = out.colors
  const paint = { applied: green, pending: yellow, partial: yellow, modified: red, missing: red }
  const rows = migrations.map((m) => {
    const half = m.stepsDone === undefined ? '' : `, ${m.stepsDone} statements done`
    return [
      m.name,
      paint[m.state](`${m.state}${half}${m.outOfOrder ? ', out of order' : ''}`),
      m.appliedAt?.toISOString().replace('T', ' ').slice(0, 19).concat(' UTC') ?? '',
      m.appliedBy ?? '',
      m.durationMs === undefined ? '' : formatDuration(m.durationMs),
    ]
  })
  return renderTable({ head: ['migration', 'state', 'applied at', 'by', 'took'], right: [4], rows })
}
