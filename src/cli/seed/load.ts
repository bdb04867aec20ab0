import type { Database } from '../../db/index.ts'
import { GigarowError } from '../../kernel/index.ts'
import type { LoadPlan, Profile, Run, SeedEvent, SeedReport } from '../../seed/index.ts'
import type { TunedResult } from '../../tuning/index.ts'
import type { CommandContext } from '../command.ts'
import type { WrittenReport } from '../reports/write-seed.ts'
import type { CheckedFlags } from './flags.ts'

export interface LoadOptions {
  readonly flags: CheckedFlags
  readonly jobs: number
  readonly plan: LoadPlan | undefined
}

export interface Loaded {
  readonly report: SeedReport
  /** Of this process with all its threads. */
  readonly peakRssBytes: number
  readonly written: WrittenReport | undefined
}

export async function load(
  context: CommandContext,
  db: Database,
  { flags, jobs, plan }: LoadOptions,
): Promise<Loaded> {
  const { resume, seed, unfinishedRuns } = await import('../../seed/index.ts')
  const { SeedProgress } = await import('../progress.ts')
  const { freeSpace } = await import('../disk-space.ts')
  const { WaitRecorder } = await import('../reports/wait-recorder.ts')
  const { writeSeedReport } = await import('../reports/write-seed.ts')
  const run = flags.resume ? pickRun(await unfinishedRuns(db), flags.profile) : undefined
  const progress = new SeedProgress(context.out)
  const recorder = new WaitRecorder()
  const options = {
    filler:
      flags.filler === undefined || flags.filler === 'auto'
        ? (run?.filler ?? ('copy' as const))
        : flags.filler,
    calibrate: flags.filler === 'auto',
    space: await freeSpace(context, db, flags.diskFree),
    jobs,
    truncate: flags.truncate === true,
    append: flags.append,
    indexes: flags.indexes,
    unlogged: flags.unlogged === true,
    profile: run && (await profileOf(context, run)),
    emit: (event: SeedEvent) => {
      progress.listen(event)
      recorder.listen(event)
    },
    signal: context.signal,
  }
  try {
    const report = run ? await resume(db, run, options) : await seed(db, plan!, options)
    progress.stop()
    const loaded = run?.plan ?? plan!
    const queries = await queriesOf(context, loaded.profile)
    const { waits } = recorder
    const peakRssBytes = peakRss()
    const written = await writeSeedReport(context, db, { report, plan: loaded, queries, waits, peakRssBytes })
    return { report, peakRssBytes, written }
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

/** The report's questions, of the profile as its file has it now. */
async function queriesOf(context: CommandContext, name: string): Promise<Profile['queries']> {
  const { loadProfile } = await import('../profiles.ts')
  const profile = await loadProfile(await context.config(), { profile: name }).catch(() => undefined)
  return profile?.queries
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

/** The report of a load, and the exit code. */
export async function render(
  { out }: CommandContext,
  { report, peakRssBytes, written }: Loaded,
  tuned: TunedResult<Loaded> | undefined,
): Promise<number> {
  const { renderSeedReport } = await import('./report.ts')
  const { printTuning, tuningDocument } = await import('./tuning.ts')
  const { run: _run, ...document } = report
  out.document({
    ...document,
    peakRssBytes,
    report: written?.path ?? null,
    ...(tuned === undefined ? {} : { tuning: tuningDocument(tuned) }),
  })
  out.print(renderSeedReport(report, { out, peakRssBytes }))
  if (written !== undefined) out.print(`\nReport: ${written.path}`)
  if (tuned === undefined) return 0
  out.print('')
  return printTuning(tuned, out)
}
