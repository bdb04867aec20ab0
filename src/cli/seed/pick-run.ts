import { displayName, GigarowError } from '../../kernel/index.ts'
import type { Run } from '../../seed/index.ts'

export interface WantedRun {
  readonly profile: string | undefined
  readonly run: number | undefined
}

/** The unfinished load that --resume means: the only one, or the one that --run or --profile names. Throws SEED_NOTHING_TO_RESUME. */
export function pickRun(runs: readonly Run[], { profile, run }: WantedRun): Run {
  const fitting = runs.filter(
    ({ id, plan }) =>
      (run === undefined || id === run) && (profile === undefined || plan.profile === profile),
  )
  if (fitting.length === 1) return fitting[0]!
  const others = fitting.length === 0 ? runs : fitting
  const names = others.map(nameOf)
  const wanted = `${run === undefined ? '' : ` ${run}`}${profile === undefined ? '' : ` of profile ${profile}`}`
  throw new GigarowError(
    'SEED_NOTHING_TO_RESUME',
    fitting.length === 0
      ? `No load${wanted} is unfinished.`
      : `${fitting.length} loads${wanted} are unfinished: ${names.join(', ')}.`,
    {
      facts: { unfinished: names, runs: others.map(({ id }) => id) },
      hint: hintFor(others, { none: fitting.length === 0 }),
    },
  )
}

/** Two loads of one profile differ by their tables (--only). */
function nameOf({ id, plan }: Run): string {
  const tables = plan.tables.map(({ table }) => displayName(table))
  return `${plan.profile} (run ${id}: ${tables.slice(0, 4).join(', ')}${tables.length > 4 ? ', …' : ''})`
}

function hintFor([newest, ...others]: readonly Run[], { none }: { none: boolean }): string {
  if (newest === undefined) return 'Start one: gigarow seed --profile NAME --rows N.'
  const ids = [newest, ...others].map(({ id }) => id)
  return none
    ? `Unfinished: ${[newest, ...others].map(nameOf).join(', ')}.`
    : `Name one: gigarow seed --resume --run ${ids.join(' or --run ')}.`
}
