import { GigarowError, parseRows } from '../../kernel/index.ts'
import type { AppendOptions, Filler, IndexMode, LoadPlan, Profile } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'
import { integer } from '../integer.ts'
import { given, OF_TUNE, plural, refuseWithoutTune } from '../tuning/flags.ts'

export interface SeedFlags {
  readonly profile?: string
  readonly rows?: string
  readonly scale?: string
  readonly only?: string
  readonly seed?: string
  readonly filler?: Filler | 'auto'
  readonly jobs?: string
  readonly chunkRows?: string
  readonly to?: string
  readonly resume?: boolean
  readonly run?: string
  readonly truncate?: boolean
  readonly append?: boolean
  readonly fromRow?: string
  readonly indexes?: IndexMode | 'auto'
  readonly unlogged?: boolean
  readonly dryRun?: boolean
  readonly withoutTriggers?: boolean
  readonly diskFree?: string
  readonly tune?: string
  /** Of --tune alone. */
  readonly unsafe?: boolean
  readonly restart?: boolean
  readonly restartWith?: string
  readonly drain?: string
  readonly memory?: string
  readonly cpus?: string
  readonly disk?: string
  readonly walFree?: string
}

export interface CheckedFlags
  extends Omit<SeedFlags, 'jobs' | 'chunkRows' | 'seed' | 'run' | 'append' | 'fromRow' | 'indexes'> {
  /** Undefined: the tables have to be empty. */
  readonly append?: AppendOptions | undefined
  readonly indexes?: IndexMode | undefined
  readonly seed?: number | undefined
  readonly jobs?: number | undefined
  readonly run?: number | undefined
  readonly chunkRows?: number | undefined
}

export function checkFlags(flags: SeedFlags): CheckedFlags {
  const { seed, jobs, chunkRows, run, append, fromRow, indexes, ...rest } = flags
  refuseCombinations(flags)
  refuseModes(flags)
  return {
    ...rest,
    append: append ? { fromRow: fromRow === undefined ? undefined : rowNumber(fromRow) } : undefined,
    indexes: indexes === 'auto' ? undefined : indexes,
    seed:
      seed === undefined
        ? undefined
        : integer(seed, { flag: '--seed', min: 0, max: Number.MAX_SAFE_INTEGER }),
    jobs: jobs === undefined ? undefined : integer(jobs, { flag: '--jobs', min: 1, max: 64 }),
    run:
      run === undefined ? undefined : integer(run, { flag: '--run', min: 1, max: Number.MAX_SAFE_INTEGER }),
    chunkRows:
      chunkRows === undefined
        ? undefined
        : integer(String(parseRows(chunkRows)), { flag: '--chunk-rows', min: 1, max: 100_000_000 }),
  }
}

function rowNumber(text: string): number {
  return integer(String(parseRows(text)), { flag: '--from-row', min: 1, max: 10_000_000_000_000 })
}

/** How rows come to tables that hold some, and how they come to disk. */
function refuseModes({ append, fromRow, indexes, unlogged, resume, truncate, to }: SeedFlags): void {
  const usage = (message: string, hint: string) => new GigarowError('USAGE', message, { hint })
  if (append && truncate)
    throw usage(
      '--append keeps rows and --truncate deletes them: give one of the two.',
      '--append adds rows; --truncate starts again.',
    )
  if (append && unlogged)
    throw usage(
      '--unlogged does not go with --append: a crash of the server would empty the tables, with the rows that were there before.',
      'Leave one of the two out.',
    )
  if (fromRow !== undefined && !append)
    throw usage('--from-row says where --append goes on.', `Give both: --append --from-row ${fromRow}.`)
  const given = [append && '--append', unlogged && '--unlogged', indexes !== undefined && '--indexes'].filter(
    (flag) => typeof flag === 'string',
  )
  if (given.length === 0) return
  if (resume)
    throw usage(
      `--resume goes on as the load was begun; ${given.join(' and ')} ${given.length === 1 ? 'does' : 'do'} not go with it.`,
      'Leave it out.',
    )
  if (to !== undefined)
    throw usage(
      `--to csv fills no tables; ${given.join(' and ')} ${given.length === 1 ? 'does' : 'do'} not go with it.`,
      'Leave it out.',
    )
}

function refuseCombinations(flags: SeedFlags): void {
  const { resume, run, truncate, dryRun, rows, scale, only, seed, chunkRows, to, tune, withoutTriggers } =
    flags
  const usage = (message: string, hint: string) => new GigarowError('USAGE', message, { hint })
  if (resume && (rows ?? scale ?? only ?? seed ?? chunkRows) !== undefined) {
    throw usage(
      '--resume goes on with the plan of the stopped load; --rows, --scale, --only, --seed and --chunk-rows do not go with it.',
      'Leave them out, or start again without --resume.',
    )
  }
  if (run !== undefined && !resume)
    throw usage(
      '--run says which stopped load goes on: it goes with --resume.',
      `gigarow seed --resume --run ${run}`,
    )
  if (resume && withoutTriggers)
    throw usage(
      '--without-triggers does not go with --resume: a stopped load goes on with its triggers as it began.',
      'gigarow seed --resume goes on; to begin again without triggers: --truncate --without-triggers.',
    )
  if (to !== undefined && (resume || dryRun))
    throw usage(
      '--to csv does not go with --resume and --dry-run.',
      'The same command goes on where it stopped.',
    )
  const notForFiles = given(flags, { jobs: '--jobs', filler: '--filler', chunkRows: '--chunk-rows' })
  if (to !== undefined && notForFiles.length > 0)
    throw usage(
      `--to csv writes its files one after the other, in one thread: ${notForFiles.join(' and ')} ${plural(notForFiles)} not go with it.`,
      'Leave it out.',
    )
  refuseWithoutTune(flags, OF_TUNE)
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

export async function planOf(
  context: CommandContext,
  { flags, jobs }: { flags: CheckedFlags; jobs: number },
): Promise<LoadPlan> {
  const config = await context.config()
  const profile = await profileOfFlags(context, flags)
  const { planLoad } = await import('../../seed/index.ts')
  return planLoad(profile, { jobs, chunkRows: flags.chunkRows ?? config.seed.chunkRows })
}

export async function profileOfFlags(context: CommandContext, flags: CheckedFlags): Promise<Profile> {
  const [{ loadProfile }, { onlyTables }] = await Promise.all([
    import('../profiles.ts'),
    import('../../seed/index.ts'),
  ])
  const { profile: name, rows, scale, only, seed } = flags
  const whole = await loadProfile(await context.config(), { profile: name, rows, scale })
  const profile = only === undefined ? whole : onlyTables(whole, tableNames(only))
  return { ...profile, seed: seed ?? profile.seed }
}

/** 'users, emails' */
export function tableNames(only: string): readonly string[] {
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length > 0) return names
  throw new GigarowError('USAGE', '--only names no table.', { hint: 'For example: --only users,emails.' })
}
