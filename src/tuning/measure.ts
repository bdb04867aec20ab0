import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { type ApplyOptions, planForServer } from './apply.ts'
import { foreignMarker } from './apply-errors.ts'
import { duringTuning, type Tuned } from './during.ts'
import { type Left, measurable, type Part } from './measure-parts.ts'
import { type Spread, spreadOf } from './spread.ts'
import { tuningStatus } from './status.ts'

/** One load of the sample. */
export interface Sample {
  readonly seconds: number
  /** Where the seconds went, by phase. */
  readonly phases: Readonly<Record<string, number>>
  /** Null where this user may not know. */
  readonly walBytes: number | null
}

export interface MeasureOptions extends Omit<ApplyOptions, 'owner' | 'session'> {
  readonly repeats: number
  /** Loads the same sample into an empty table, in sessions that begin with these settings. */
  readonly load: (session: Readonly<Record<string, string>>) => Promise<Sample>
  readonly onRun?: (run: MeasuredRun) => void
}

export interface MeasuredRun {
  /** From 1; 0 is for warming up and does not count. */
  readonly number: number
  readonly of: number
  readonly what: string
  readonly seconds: number
}

export interface Measured {
  /** Null: nothing of the profile, and all of it. */
  readonly part: Part | null
  readonly seconds: Spread
  readonly phases: Readonly<Record<string, Spread>>
  readonly walBytes: number | null
  /** How many times as fast as without the profile, by the medians. */
  readonly factor: number
  /** Every run was on the same side of every run without it: more than chance. */
  readonly clear: boolean
}

export interface Measurement {
  readonly profile: string
  readonly repeats: number
  readonly without: Measured
  readonly all: Measured
  readonly parts: readonly Measured[]
  /** Settings that were not measured, and why. */
  readonly left: readonly Left[]
}

/** Undefined: nothing of the profile; 'all'; or one part of it. */
type Variant = Part | 'all' | undefined

/**
 * What a profile buys for a load on this server, and what each of its settings does alone: loads the sample without the profile,
 * with all of it and with each part, one after the other and then all again, so that whatever else the machine does falls on all
 * alike. Before each load its settings are applied, after it they are put back: by the journal, as always.
 */
export async function measureTuning(options: MeasureOptions): Promise<Measurement> {
  await refuseTuned(options)
  const plan = await planForServer(options)
  const { driver, restart } = options
  const canRestart = restart && driver !== undefined && driver.byHand !== true && (await driver.canRestart())
  const { parts, left } = measurable(plan, { ...options, canRestart })
  if (parts.length === 0) throw nothingToMeasure(plan.profile, left)
  const variants: readonly Variant[] = [undefined, 'all', ...parts]
  const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]))
  const of = variants.length * options.repeats
  const run = (variant: Variant, number: number) => measureOnce(options, { variant, parts, number, of })
  // With all of it: what would be refused is refused before anything was waited for.
  await run('all', 0)
  for (let round = 0, number = 0; round < options.repeats; round++) {
    for (const variant of inOrder(variants, round)) samples.get(variant)!.push(await run(variant, ++number))
  }
  const without = summed(null, samples.get(undefined)!)
  const against = (part: Part | null, list: readonly Sample[]) => compared(summed(part, list), without)
  return {
    profile: plan.profile,
    repeats: options.repeats,
    without,
    all: against(null, samples.get('all')!),
    parts: parts.map((part) => against(part, samples.get(part)!)),
    left,
  }
}

/** There and back again: when the machine gets slower meanwhile, it does so for the first as for the last. */
export function inOrder<T>(variants: readonly T[], round: number): readonly T[] {
  const first = Math.floor(round / 2)
  const turned = variants.map((_, k) => variants[(k + first) % variants.length]!)
  return round % 2 === 0 ? turned : turned.reverse()
}

interface RunOf {
  readonly variant: Variant
  readonly parts: readonly Part[]
  readonly number: number
  readonly of: number
}

async function measureOnce(options: MeasureOptions, { variant, parts, number, of }: RunOf): Promise<Sample> {
  if (options.signal?.aborted) throw stopped()
  const chosen = variant === undefined ? [] : variant === 'all' ? parts : [variant]
  const sample = await loadWith(options, chosen).catch((error: unknown) => {
    // What the load says of a stop, that it can go on, is not true here. That settings are not back is.
    const partly = isGigarowError(error) && error.facts.tuning !== undefined
    throw options.signal?.aborted && !partly ? stopped(error) : error
  })
  const what = variant === undefined ? 'without' : variant === 'all' ? 'all' : variant.names.join(', ')
  options.onRun?.({ number, of, what, seconds: sample.seconds })
  return sample
}

async function loadWith(options: MeasureOptions, parts: readonly Part[]): Promise<Sample> {
  if (parts.length === 0) return options.load({})
  const only = parts.flatMap((part) => part.names)
  const { value, problem } = await duringTuning(
    { ...options, selection: { only }, doing: 'tune measure' },
    async (tuned) => {
      refusePending(tuned)
      return options.load(tuned.session)
    },
  )
  if (problem !== null) throw problem
  return value
}

function refusePending({ applied }: Tuned): void {
  const names = applied?.pendingRestart ?? []
  if (names.length === 0) return
  throw new GigarowError(
    'TUNING_RESTART_FAILED',
    `The server could not be restarted for ${names.join(', ')}: sessions are working on it.`,
    {
      facts: { settings: names },
      hint: 'Measure when nobody else works on the server; --no-restart measures what needs no restart.',
    },
  )
}

/** Without the profile must be without any. */
async function refuseTuned(options: MeasureOptions): Promise<void> {
  const { open, profile, foreign } = await tuningStatus(options)
  if (foreign !== null) throw foreignMarker(foreign)
  if (!open) return
  throw new GigarowError('TUNING_OPEN', `Tuning profile ${profile} is applied to this server.`, {
    facts: { profile },
    hint: 'Run gigarow tune revert first.',
  })
}

function nothingToMeasure(profile: string, left: readonly Left[]): GigarowError {
  const reasons = [...new Set(left.map(({ why }) => why))].join('; ')
  return new GigarowError('TUNING_NOT_ALLOWED', `Nothing of ${profile} can be measured here: ${reasons}.`, {
    facts: { settings: left.map(({ name }) => name) },
    hint: 'gigarow tune plan shows each setting.',
  })
}

function stopped(cause?: unknown): GigarowError {
  return new GigarowError('INTERRUPTED', 'The measurement was stopped; the settings are as before.', {
    cause,
  })
}

function summed(part: Part | null, samples: readonly Sample[]): Measured {
  const phases = Object.keys(samples[0]!.phases)
  const wal = samples.flatMap(({ walBytes }) => walBytes ?? [])
  return {
    part,
    seconds: spreadOf(samples.map((s) => s.seconds)),
    phases: Object.fromEntries(
      phases.map((name) => [name, spreadOf(samples.map((s) => s.phases[name] ?? 0))]),
    ),
    walBytes: wal.length === 0 ? null : spreadOf(wal).median,
    factor: 1,
    clear: false,
  }
}

function compared(measured: Measured, without: Measured): Measured {
  const [a, b] = [measured.seconds, without.seconds]
  return { ...measured, factor: b.median / a.median, clear: a.max < b.min || a.min > b.max }
}
