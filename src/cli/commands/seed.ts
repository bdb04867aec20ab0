import { availableParallelism } from 'node:os'
import type { Database, Target } from '../../db/index.ts'
import { displayName, formatCount, GigarowError, parseRows } from '../../kernel/index.ts'
import type { Filler, LoadPlan, Profile, Run, SeedReport } from '../../seed/index.ts'
import type { TunedResult } from '../../tuning/index.ts'
import type { Command, CommandContext, CommandInput } from '../command.ts'
import { PROFILE_OPTIONS } from '../profiles.ts'
import { TUNING_OPTIONS } from '../tuning/options.ts'

interface SeedFlags {
  readonly profile?: string
  readonly rows?: string
  readonly scale?: string
  readonly only?: string
  readonly seed?: string
  readonly filler?: Filler
  readonly jobs?: string
  readonly chunkRows?: string
  readonly to?: string
  readonly resume?: boolean
  readonly truncate?: boolean
  readonly dryRun?: boolean
  readonly tune?: string
}

export const seedCommand: Command = {
  name: 'seed',
  args: '[folder]',
  summary: 'fill tables with the rows of a profile, verified',
  options: [
    ...PROFILE_OPTIONS,
    { flags: '--only <tables>', description: 'fill only these of its tables, separated by commas' },
    {
      flags: '--seed <n>',
      description: 'another number gives other rows of the same kind; default: the profile’s',
    },
    {
      flags: '--filler <name>',
      description: 'who makes the rows: copy (threads here) or sql (the server)',
      choices: ['copy', 'sql'],
    },
    {
      flags: '--jobs <n>',
      description:
        'sessions that load at the same time; default: seed.jobs of the configuration, else the number of CPUs',
    },
    {
      flags: '--chunk-rows <n>',
      description: 'rows of a chunk, the unit of commit and resume; default: 250k, fewer for small tables',
    },
    {
      flags: '--to <format>',
      description: 'files in the folder instead of rows in tables; no server is needed',
      choices: ['csv'],
    },
    { flags: '--resume', description: 'go on with a load that stopped' },
    { flags: '--truncate', description: 'delete the rows that the tables hold before loading' },
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
    'gigarow seed --resume',
  ],
  run: runSeed,
}

async function runSeed(context: CommandContext, { args, options }: CommandInput): Promise<number> {
  const flags = checkFlags(options as SeedFlags)
  const [folder] = args
  if (folder !== undefined && flags.to === undefined)
    throw new GigarowError('USAGE', `A folder (${folder}) goes with --to csv.`, {
      hint: `gigarow seed --profile NAME --to csv ${folder}`,
    })
  if (flags.to !== undefined) {
    const { seedToCsv } = await import('../seed-csv.ts')
    return seedToCsv(context, {
      profile: await profileOfFlags(context, flags),
      folder,
      truncate: flags.truncate === true,
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
  if (flags.dryRun) return withLoad(target, (db) => dryRun(context, db, { plan, truncate }))
  const { withTuning } = await import('../seed-tuning.ts')
  const tuned = await withTuning(context, { options, target, plan, truncate }, (at) =>
    withLoad(at, (db) => load(context, db, { flags, jobs, plan })),
  )
  return render(context, tuned.value, tuned.applied === undefined ? undefined : tuned)
}

interface CheckedFlags extends Omit<SeedFlags, 'jobs' | 'chunkRows' | 'seed'> {
  readonly seed?: number | undefined
  readonly jobs?: number | undefined
  readonly chunkRows?: number | undefined
}

function checkFlags(flags: SeedFlags): CheckedFlags {
  const { seed, jobs, chunkRows, ...rest } = flags
  refuseCombinations(flags)
  return {
    ...rest,
    seed:
      seed === undefined
        ? undefined
        : integer(seed, { flag: '--seed', min: 0, max: Number.MAX_SAFE_INTEGER }),
    jobs: jobs === undefined ? undefined : integer(jobs, { flag: '--jobs', min: 1, max: 64 }),
    chunkRows:
      chunkRows === undefined
        ? undefined
        : integer(String(parseRows(chunkRows)), { flag: '--chunk-rows', min: 1, max: 100_000_000 }),
  }
}

function refuseCombinations(flags: SeedFlags): void {
  const { resume, truncate, dryRun, rows, scale, only, seed, chunkRows, to, tune } = flags
  const usage = (message: string, hint: string) => new GigarowError('USAGE', message, { hint })
  if (resume && (rows ?? scale ?? only ?? seed ?? chunkRows) !== undefined) {
    throw usage(
      '--resume goes on with the plan of the stopped load; --rows, --scale, --only, --seed and --chunk-rows do not go with it.',
      'Leave them out, or start again without --resume.',
    )
  }
  if (to !== undefined && (resume || dryRun))
    throw usage(
      '--to csv does not go with --resume and --dry-run.',
      'The same command goes on where it stopped.',
    )
  if (tune !== undefined && (to !== undefined || dryRun))
    throw usage(
      `--tune does not go with ${to === undefined ? '--dry-run' : '--to csv'}.`,
      `gigarow tune plan ${tune} shows what it would change.`,
    )
  if (resume && truncate)
    throw usage(
      '--resume keeps rows and --truncate deletes them: give one of the two.',
      'gigarow seed --resume goes on; --truncate starts again.',
    )
  if (resume && dryRun)
    throw usage('--dry-run does not go with --resume.', 'gigarow seed --resume goes on with the load.')
  if (rows !== undefined && scale !== undefined)
    throw usage('--rows and --scale both say how many rows: give one of the two.', 'For example: --rows 10M.')
}

function integer(text: string, { flag, min, max }: { flag: string; min: number; max: number }): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new GigarowError('USAGE', `${flag} must be a whole number from ${min} to ${max}, not "${text}".`, {
    facts: { flag, value: text },
    hint: `For example: ${flag} ${Math.max(min, 2)}.`,
  })
}

async function planOf(
  context: CommandContext,
  { flags, jobs }: { flags: CheckedFlags; jobs: number },
): Promise<LoadPlan> {
  const config = await context.config()
  const profile = await profileOfFlags(context, flags)
  const { planLoad } = await import('../../seed/index.ts')
  return planLoad(profile, { jobs, chunkRows: flags.chunkRows ?? config.seed.chunkRows })
}

async function profileOfFlags(context: CommandContext, flags: CheckedFlags): Promise<Profile> {
  const [{ loadProfile }, { onlyTables }] = await Promise.all([
    import('../profiles.ts'),
    import('../../seed/index.ts'),
  ])
  const { profile: name, rows, scale, only, seed } = flags
  const whole = await loadProfile(await context.config(), { profile: name, rows, scale })
  const profile = only === undefined ? whole : onlyTables(whole, only.split(','))
  return { ...profile, seed: seed ?? profile.seed }
}

interface LoadOptions {
  readonly flags: CheckedFlags
  readonly jobs: number
  readonly plan: LoadPlan | undefined
}

async function load(
  context: CommandContext,
  db: Database,
  { flags, jobs, plan }: LoadOptions,
): Promise<SeedReport> {
  const { resume, seed, unfinishedRuns } = await import('../../seed/index.ts')
  const { SeedProgress } = await import('../progress.ts')
  const run = flags.resume ? pickRun(await unfinishedRuns(db), flags.profile) : undefined
  const progress = new SeedProgress(context.out)
  const options = {
    filler: flags.filler ?? run?.filler ?? ('copy' as const),
    jobs,
    truncate: flags.truncate === true,
    profile: run && (await profileOf(context, run)),
    emit: progress.listen,
    signal: context.signal,
  }
  try {
    return run ? await resume(db, run, options) : await seed(db, plan!, options)
  } finally {
    progress.stop()
  }
}

/** Generators of the user's own run only if the profile's file still has them. */
async function profileOf(context: CommandContext, { plan }: Run): Promise<Profile | undefined> {
  const { hasOwnCode } = await import('../../seed/index.ts')
  if (!hasOwnCode(plan)) return undefined
  const { loadProfile } = await import('../profiles.ts')
  return loadProfile(await context.config(), { profile: plan.profile })
}

function pickRun(runs: readonly Run[], profile: string | undefined): Run {
  const fitting = runs.filter((run) => profile === undefined || run.plan.profile === profile)
  if (fitting.length === 1) return fitting[0]!
  const names = fitting.map((run) => `${run.plan.profile} (run ${run.id})`)
  throw new GigarowError(
    'SEED_NOTHING_TO_RESUME',
    fitting.length === 0
      ? `No load${profile === undefined ? '' : ` of profile ${profile}`} is unfinished.`
      : `${fitting.length} loads are unfinished: ${names.join(', ')}.`,
    {
      facts: { unfinished: names },
      hint:
        fitting.length === 0
          ? 'Start one: gigarow seed --profile NAME --rows N.'
          : 'Name one with --profile.',
    },
  )
}

/** Peak resident memory of this process with all its threads, in bytes (getrusage counts in kB). */
function peakRss(): number {
  return process.resourceUsage().maxRSS * 1024
}

async function render(
  { out }: CommandContext,
  report: SeedReport,
  tuned: TunedResult<SeedReport> | undefined,
): Promise<number> {
  const { renderSeedReport } = await import('../seed-report.ts')
  const { printTuning, tuningDocument } = await import('../seed-tuning.ts')
  const peakRssBytes = peakRss()
  const { run: _run, ...document } = report
  out.document({
    ...document,
    peakRssBytes,
    ...(tuned === undefined ? {} : { tuning: tuningDocument(tuned) }),
  })
  out.print(renderSeedReport(report, { out, peakRssBytes }))
  if (tuned === undefined) return 0
  out.print('')
  return printTuning(tuned, out)
}

async function dryRun(
  { out }: CommandContext,
  db: Database,
  { plan, truncate }: { plan: LoadPlan | undefined; truncate: boolean },
): Promise<number> {
  const { checkEmpty, checkUnreferenced, chunkCount, planStrip, preflight, rebuildOrder } = await import(
    '../../seed/index.ts'
  )
  const tables = await preflight(db.sql, plan!)
  await (truncate ? checkUnreferenced : checkEmpty)(db.sql, tables)
  const strips = planStrip(tables.map((t) => t.live))
  const rebuilds = rebuildOrder(strips).flatMap((s) => s.rebuildSql)
  const summary = plan!.tables.map((table) => ({
    table: displayName(table.table),
    rows: table.rows,
    chunks: chunkCount(table),
    chunkRows: table.chunkRows,
  }))
  out.document({
    profile: plan!.profile,
    seed: plan!.seed,
    tables: summary,
    drops: strips.filter((s) => s.dropSql !== undefined).map((s) => s.dropSql),
    rebuilds,
  })
  out.print(`Profile ${plan!.profile} (seed ${plan!.seed}) would load:`)
  for (const table of summary)
    out.print(`  ${table.table}: ${formatCount(table.rows)} rows in ${formatCount(table.chunks)} chunks`)
  out.print('Before the load:')
  for (const strip of strips.filter((s) => s.dropSql !== undefined)) out.print(`  ${strip.dropSql}`)
  out.print('After it, besides VACUUM, ANALYZE and verification:')
  for (const statement of rebuilds) out.print(`  ${statement}`)
  return 0
}
