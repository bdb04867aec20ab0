import { availableParallelism } from 'node:os'
import type { Database, Target } from '../../db/index.ts'
import { GigarowError } from '../../kernel/index.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { PROFILE_OPTIONS } from '../profiles.ts'
import { checkFlags, planOf, profileOfFlags, type SeedFlags } from '../seed/flags.ts'
import { TUNING_OPTIONS } from '../tuning/options.ts'

const DISK_FREE = {
  flags: '--disk-free <size>',
  description:
    'free space on the server’s disk, such as 500GB: instead of what is found, or of a server elsewhere',
}

const ONLY = { flags: '--only <tables>', description: 'fill only these of its tables, separated by commas' }
const FILLER = {
  flags: '--filler <name>',
  description:
    'who makes the rows: copy (threads here), sql (the server), or auto: the faster one on a sample',
  choices: ['copy', 'sql', 'auto'],
}
const JOBS = {
  flags: '--jobs <n>',
  description:
    'sessions that load at the same time; default: seed.jobs of the configuration, else the number of CPUs',
}

const SEED = {
  flags: '--seed <n>',
  description: 'another number gives other rows of the same kind; default: the profile’s',
}
const CHUNK_ROWS = {
  flags: '--chunk-rows <n>',
  description: 'rows of a chunk, the unit of commit and resume; default: 250k, fewer for small tables',
}
const WITHOUT_TRIGGERS = {
  flags: '--without-triggers',
  description:
    'have triggers that fire for each row off during the load: what they do is not done for its rows',
}

const APPEND = {
  flags: '--append',
  description: 'add rows to those that the tables hold: --rows of them, numbered behind those',
}
const FROM_ROW = {
  flags: '--from-row <n>',
  description: 'with --append: the number of the first new row, where gigarow did not load those before',
}
const INDEXES = {
  flags: '--indexes <how>',
  description:
    'indexes and keys of the tables during the load: drop, keep, or auto: drop them, but for a small part of new rows',
  choices: ['auto', 'drop', 'keep'],
}
const UNLOGGED = {
  flags: '--unlogged',
  description:
    'tables write no WAL while they are loaded and are logged again behind it; a crash meanwhile empties them',
}

export const seedCommand: Command = {
  name: 'seed',
  args: '[folder]',
  summary: 'fill tables with the rows of a profile, verified',
  options: [
    ...PROFILE_OPTIONS,
    ONLY,
    SEED,
    FILLER,
    JOBS,
    CHUNK_ROWS,
    {
      flags: '--to <format>',
      description: 'files in the folder instead of rows in tables; no server is needed',
      choices: ['csv'],
    },
    { flags: '--resume', description: 'go on with a load that stopped' },
    { flags: '--run <n>', description: 'with --resume: which load, where several are unfinished' },
    { flags: '--truncate', description: 'delete the rows that the tables hold before loading' },
    WITHOUT_TRIGGERS,
    APPEND,
    FROM_ROW,
    INDEXES,
    UNLOGGED,
    { flags: '--dry-run', description: 'show what would be done, change nothing' },
    ...TUNING_OPTIONS,
  ],
  examples: [
    'gigarow seed --profile billion --rows 10M',
    'gigarow seed --profile billion --rows 10M --filler sql --jobs 4 --truncate',
    'gigarow seed --profile events --scale 0.01 --dry-run',
    'gigarow seed --profile simulation --only phone_numbers --truncate',
    'gigarow seed --profile energy --rows 1M --to csv ./data',
    'gigarow seed --profile billion --rows 100M --tune bulk-safe',
    'gigarow seed --profile billion --rows 1M --append',
    'gigarow seed --resume',
  ],
  commands: [
    {
      name: 'plan',
      summary: 'print what a load would do, take and need, without touching anything',
      options: [
        ...PROFILE_OPTIONS,
        ONLY,
        SEED,
        { ...FILLER, choices: ['copy', 'sql'], description: 'for whose time: copy (the default) or sql' },
        JOBS,
        CHUNK_ROWS,
        WITHOUT_TRIGGERS,
        APPEND,
        FROM_ROW,
        INDEXES,
        UNLOGGED,
        DISK_FREE,
      ],
      examples: [
        'gigarow seed plan --profile billion',
        'gigarow seed plan --profile events --rows 10M --json',
      ],
      run: runPlan,
    },
  ],
  run: runSeed,
}

/** The plan of a load that is not carried out. */
async function runPlan(context: CommandContext, { options }: CommandInput): Promise<number> {
  const flags = checkFlags(options as SeedFlags)
  const jobs = flags.jobs ?? (await context.config()).seed.jobs ?? availableParallelism()
  const plan = await planOf(context, { flags, jobs })
  const { showPlan } = await import('../seed/plan.ts')
  return showPlan(context, {
    plan,
    jobs,
    filler: flags.filler === 'sql' ? 'sql' : 'copy',
    diskFree: flags.diskFree,
    withoutTriggers: flags.withoutTriggers === true,
    append: flags.append,
    indexes: flags.indexes,
    unlogged: flags.unlogged === true,
  })
}

async function runSeed(context: CommandContext, { args, options }: CommandInput): Promise<number> {
  const flags = checkFlags(options as SeedFlags)
  const [folder] = args
  if (folder !== undefined && flags.to === undefined)
    throw new GigarowError('USAGE', `A folder (${folder}) goes with --to csv.`, {
      hint: `gigarow seed --profile NAME --to csv ${folder}`,
    })
  if (flags.to !== undefined) {
    const { seedToCsv } = await import('../seed/csv.ts')
    return seedToCsv(context, {
      profile: await profileOfFlags(context, flags),
      folder,
      truncate: flags.truncate === true,
      diskFree: flags.diskFree,
    })
  }
  const config = await context.config()
  const jobs = flags.jobs ?? config.seed.jobs ?? availableParallelism()
  // A wrong profile is told before a server is started for it.
  const plan = flags.resume ? undefined : await planOf(context, { flags, jobs })
  const target = await context.target()
  const { withDatabase } = await import('../../db/index.ts')
  const withLoad = <T>(at: Target, use: (db: Database) => Promise<T>) =>
    withDatabase(at, { doing: 'seeding', max: jobs + 3, applicationName: 'gigarow seed' }, use)
  const truncate = flags.truncate === true
  const withoutTriggers = flags.withoutTriggers === true
  const { append, indexes } = flags
  const unlogged = flags.unlogged === true
  const { dryRun } = await import('../seed/dry-run.ts')
  if (flags.dryRun)
    return withLoad(target, (db) =>
      dryRun(context, db, { plan: plan!, jobs, truncate, append, indexes, unlogged, withoutTriggers }),
    )
  const [{ withTuning }, { load, render }, { checkLoad }] = await Promise.all([
    import('../tuning/during.ts'),
    import('../seed/load.ts'),
    import('../../seed/index.ts'),
  ])
  const check = plan === undefined ? undefined : (db: Database) => checkLoad(db, plan, { truncate, append })
  const tuned = await withTuning(context, { options, target, doing: 'seed', check }, (at) =>
    withLoad(at, (db) => load(context, db, { flags, jobs, plan })),
  )
  return render(context, tuned.value, tuned.applied === undefined ? undefined : tuned)
}
