import { availableParallelism } from 'node:os'
import type { Database } from '../../../db/index.ts'
import { formatDuration, GigarowError, ident, parseRows } from '../../../kernel/index.ts'
import type { MeasuredRun, TuningProfile } from '../../../tuning/index.ts'
import type { Command, CommandContext, CommandInput } from '../../command.ts'
import type { Output } from '../../output.ts'
import type { MeasureReport } from '../../tuning/measure.ts'
import {
  HARDWARE_OPTIONS,
  hardwareOverrides,
  RESTART_OPTIONS,
  SELECTION_OPTIONS,
  selection,
} from '../../tuning/options.ts'
import { warnUnsafe } from '../../tuning/unsafe.ts'

const ROWS = 500_000
const REPEATS = 3

export const measureCommand: Command = {
  name: 'measure',
  summary: 'what a profile, and each setting of it alone, buys for a sample load on this server',
  args: '<profile>',
  options: [
    { flags: '--rows <n>', description: 'rows of the sample (default 500k)' },
    { flags: '--repeats <n>', description: 'loads with each setting (default 3)' },
    { flags: '--jobs <n>', description: 'sessions that load; default: the number of CPUs' },
    { flags: '--report <file>', description: 'also write the table and a chart to an HTML file' },
    {
      flags: '--unsafe',
      description: 'allow settings that turn off durability (not needed for the embedded server)',
    },
    ...SELECTION_OPTIONS,
    ...RESTART_OPTIONS,
    ...HARDWARE_OPTIONS,
  ],
  examples: [
    'gigarow tune measure bulk-safe',
    'gigarow tune measure bulk --rows 5M --repeats 5 --report bulk.html',
  ],
  run,
}

async function run(context: CommandContext, { args, options }: CommandInput): Promise<number> {
  const rows = options.rows === undefined ? ROWS : parseRows(String(options.rows))
  const repeats = count('--repeats', options.repeats, { fallback: REPEATS, max: 100 })
  const jobs = count('--jobs', options.jobs, { fallback: availableParallelism(), max: 64 })
  const { findProfile } = await import('../../tuning/profiles.ts')
  const { profile } = await findProfile((await context.config()).tuning, args[0]!)
  const target = await context.target()
  const { scratchOn } = await import('../../../migrate/index.ts')
  // A database of its own: no table, ledger or statistics of the user's is touched.
  const report = await scratchOn(target).withDatabase((scratch) =>
    measureIn(context, scratch, { profile, rows, repeats, jobs, options }),
  )
  const { renderMeasurement } = await import('../../tuning/measure.ts')
  context.out.document(report)
  context.out.print(renderMeasurement(report, context.out.colors))
  if (options.report !== undefined) await writeReport(context, report, String(options.report))
  return 0
}

interface Measuring {
  readonly profile: TuningProfile
  readonly rows: number
  readonly repeats: number
  readonly jobs: number
  readonly options: CommandInput['options']
}

async function measureIn(
  context: CommandContext,
  scratch: Database,
  { profile, rows, repeats, jobs, options }: Measuring,
): Promise<MeasureReport> {
  const { tuningContext } = await import('../../tuning/context.ts')
  const { loadSample, SAMPLE_DDL } = await import('../../tuning/sample.ts')
  const { measureTuning } = await import('../../../tuning/index.ts')
  const { describeTarget } = await import('../../../db/index.ts')
  const { database } = scratch.target
  await scratch.sql.unsafe(SAMPLE_DDL).simple()
  // Scratch databases do not wait for the disk; a load of the user's own might.
  await scratch.sql.unsafe(`alter database ${ident(database)} reset synchronous_commit`)
  const { tuning, embedded } = await tuningContext(context, options, { database })
  if (embedded) warnUnsafe(profile, context)
  const { signal, out } = context
  out.quiet = true
  const measurement = await measureTuning({
    ...tuning,
    profile,
    hardware: hardwareOverrides(options),
    selection: selection(options),
    allowUnsafe: embedded || options.unsafe === true,
    restart: options.restart !== false,
    repeats,
    load: (settings) =>
      tuning.connect('loading the sample', ({ target }) =>
        loadSample({ ...target, settings }, { rows, jobs, signal }),
      ),
    onRun: tellRuns(out),
  }).finally(() => {
    out.quiet = false
  })
  const [row] = await tuning.connect(
    'asking for the version',
    ({ sql }) => sql<{ version: string }[]>`select current_setting('server_version') as version`,
  )
  return { ...measurement, rows, jobs, server: describeTarget(await context.target()), version: row!.version }
}

/** A line for each load: there are many, and each takes seconds. */
function tellRuns(out: Output): (run: MeasuredRun) => void {
  const started = performance.now()
  const { dim } = out.colors
  return ({ number, of, what, seconds }) => {
    const time = formatDuration(seconds * 1000)
    if (number === 0) {
      out.progress(dim(`warmed up in ${time}; ${of} loads follow`))
      return
    }
    const perRun = (performance.now() - started) / (number + 1)
    const left = number === of ? '' : `, ${formatDuration(perRun * (of - number))} left`
    out.progress(
      dim(`${String(number).padStart(String(of).length)} of ${of}  ${time.padStart(8)}  ${what}${left}`),
    )
  }
}

async function writeReport({ cwd, out }: CommandContext, report: MeasureReport, file: string): Promise<void> {
  const [{ writeFile }, { resolve }, { measurementPage }] = await Promise.all([
    import('node:fs/promises'),
    import('node:path'),
    import('../../tuning/measure.ts'),
  ])
  const path = resolve(cwd, file)
  await writeFile(path, measurementPage(report))
  out.note(`Report: ${path}`)
}

function count(flag: string, value: unknown, { fallback, max }: { fallback: number; max: number }): number {
  if (value === undefined) return fallback
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= max) return number
  throw new GigarowError(
    'USAGE',
    `${flag} must be a whole number from 1 to ${max}, not "${String(value)}".`,
    {
      facts: { flag, value: String(value) },
      hint: `For example: ${flag} ${fallback}.`,
    },
  )
}
