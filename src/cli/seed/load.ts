import type { Database } from '../../db/index.ts'
import type { LoadPlan, Profile, Run, SeedEvent, SeedReport } from '../../seed/index.ts'
import type { TunedResult } from '../../tuning/index.ts'
import type { CommandContext } from '../command.ts'
import type { SeedData } from '../reports/seed-data.ts'
import type { WrittenReport } from '../reports/write-seed.ts'
import { type Begun, refuseUntrusted } from '../tuning/trust.ts'
import type { CheckedFlags } from './flags.ts'
import { pickRun } from './pick-run.ts'

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
  readonly start: Pick<SeedData, 'calibration' | 'expected'>
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
  const { StartRecorder } = await import('../reports/start-recorder.ts')
  const { writeSeedReport } = await import('../reports/write-seed.ts')
  const run = flags.resume
    ? pickRun(await unfinishedRuns(db), { profile: flags.profile, run: flags.run })
    : undefined
  if (run !== undefined) await refuseUntrusted(context, db, begun(run))
  const progress = new SeedProgress(context.out)
  const recorder = new WaitRecorder()
  const start = new StartRecorder()
  const options = {
    filler:
      flags.filler === undefined || flags.filler === 'auto'
        ? (run?.filler ?? ('copy' as const))
        : flags.filler,
    calibrate: flags.filler === 'auto',
    space: await freeSpace(context, db, flags.diskFree),
    jobs,
    truncate: flags.truncate === true,
    withoutTriggers: flags.withoutTriggers === true,
    append: flags.append,
    indexes: flags.indexes,
    unlogged: flags.unlogged === true,
    profile: run && (await profileOf(context, run)),
    emit: (event: SeedEvent) => {
      progress.listen(event)
      recorder.listen(event)
      start.listen(event)
    },
    signal: context.signal,
  }
  try {
    const report = run ? await resume(db, run, options) : await seed(db, plan!, options)
    const loaded = run?.plan ?? plan!
    const queries = await queriesOf(context, loaded.profile)
    const { waits } = recorder
    const peakRssBytes = peakRss()
    const { emit } = options
    const made = { report, plan: loaded, queries, waits, peakRssBytes, start, emit }
    const written = await writeSeedReport(context, db, made)
    return { report, peakRssBytes, written, start }
  } finally {
    progress.stop()
  }
}

export function begun({ id, plan }: Pick<Run, 'id' | 'plan'>): Begun {
  const { profile } = plan
  const what = `Load ${id} of profile ${profile}`
  return { ledger: 'seed_run', id, what, facts: { profile }, anew: 'load again with --truncate' }
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

/** Peak resident memory of this process with all its threads, in bytes (getrusage counts in kB). */
function peakRss(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** The report of a load, and the exit code. */
export async function render(
  { out }: CommandContext,
  { report, peakRssBytes, written, start }: Loaded,
  tuned: TunedResult<Loaded> | undefined,
): Promise<number> {
  const { renderSeedReport } = await import('./report.ts')
  const { summariseFindings } = await import('../reports/seed-text.ts')
  const { printTuning, tuningDocument } = await import('../tuning/during.ts')
  const { run: _run, ...document } = report
  out.document({
    ...document,
    expected: start.expected ?? null,
    calibration: start.calibration ?? null,
    findings: written?.data.examination.findings ?? null,
    queries: written?.data.examination.queries ?? null,
    rates: written?.data.examination.rates ?? null,
    peakRssBytes,
    report: written?.path ?? null,
    ...(tuned === undefined ? {} : { tuning: tuningDocument(tuned) }),
  })
  const examination = written?.data.examination
  out.print(renderSeedReport(report, { out, peakRssBytes, rates: examination?.rates }))
  if (examination !== undefined) out.print(`\n${summariseFindings(examination.findings, out)}`)
  if (written !== undefined) out.print(`\nReport: ${written.path}`)
  if (tuned === undefined) return 0
  out.print('')
  return printTuning(tuned, out)
}
