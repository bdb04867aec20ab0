import { type Database, type Target, withDatabase } from '../../db/index.ts'
import { GigarowError, isGigarowError } from '../../kernel/index.ts'
import type { RevertResult, Tuned, TunedResult, TuningProfile } from '../../tuning/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import type { Output } from '../output.ts'
import { hardwareOverrides } from './options.ts'

type Options = CommandInput['options']

export interface TunedLoad {
  readonly options: Options
  readonly target: Target
  /** The command: what the profile is in force for. */
  readonly doing: 'seed' | 'import'
  /** Refuses a load that cannot begin, which is not worth a restart. Undefined: one is resumed. The store is there. */
  readonly check: ((db: Database) => Promise<unknown>) | undefined
}

/**
 * The work with the profile of --tune in force. With --resume also without it: a load that died with a profile in force goes on
 * with that. Null where there is none.
 */
export async function withTuning<T>(
  context: CommandContext,
  load: TunedLoad,
  work: (target: Target) => Promise<T>,
): Promise<TunedResult<T> | { readonly value: T; readonly applied: undefined }> {
  const { options, target, doing, check } = load
  const profile = await profileFor(context, load)
  if (profile === undefined) return { value: await work(target), applied: undefined }
  if (check !== undefined) await checked(target, check)
  const { tuningContext } = await import('./context.ts')
  const { warnUnsafe } = await import('./unsafe.ts')
  const { duringTuning } = await import('../../tuning/index.ts')
  const { tuning, embedded } = await tuningContext(context, options)
  if (embedded) warnUnsafe(profile, context)
  const restart = options.restart !== false
  const allowUnsafe = embedded || options.unsafe === true
  const hardware = hardwareOverrides(options)
  const settings = { ...tuning, profile, hardware, allowUnsafe, restart, doing }
  return duringTuning(settings, async ({ applied, session }) => {
    const { out } = context
    out.note(out.colors.dim(inForce(profile.name, { applied, session })))
    if (applied !== null && applied.pendingRestart.length > 0)
      out.note(`Without a restart these have no effect: ${applied.pendingRestart.join(', ')}.`)
    return work({ ...(await current(context, target)), settings: session })
  }).catch((error: unknown) => {
    const flags = `--tune ${profile.name}${options.unsafe === true ? ' --unsafe' : ''}`
    throw resumedWith(error, { doing, flags })
  })
}

/** Everything has been put back by now: what goes on with the load goes on without the profile, unless that is said again. */
export function resumedWith(
  error: unknown,
  { doing, flags }: { readonly doing: TunedLoad['doing']; readonly flags: string },
): unknown {
  if (!isGigarowError(error) || error.hint === undefined) return error
  const { code, message, facts, hint } = error
  const said = hint.replaceAll(`gigarow ${doing} --resume`, (command) => `${command} ${flags}`)
  if (said === hint) return error
  return new GigarowError(code, message, { facts, hint: said, cause: error.cause })
}

function inForce(profile: string, { applied, session }: Tuned): string {
  const set = applied?.changed.length ?? 0
  const own = Object.keys(session)
  const parts = [
    ...(set === 0 ? [] : [`${set} settings of the server`]),
    ...(own.length === 0 ? [] : [`${own.join(', ')} in its sessions`]),
  ]
  const still = applied?.outcome === 'already' ? 'still ' : ''
  return `Tuning profile ${profile} is ${still}in force for this run${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`
}

/** The embedded server may have come back on another port. */
async function current(context: CommandContext, target: Target): Promise<Target> {
  return target.origin === 'embedded' ? ((await context.cluster()).target() ?? target) : target
}

async function checked(target: Target, check: (db: Database) => Promise<unknown>): Promise<void> {
  await withDatabase(target, { doing: 'checking the load', max: 2 }, check)
}

async function profileFor(
  context: CommandContext,
  { options, target, doing, check }: TunedLoad,
): Promise<TuningProfile | undefined> {
  const named = options.tune === undefined ? undefined : String(options.tune)
  const name = named ?? (check === undefined ? await ofDeadLoad(context, { target, doing }) : undefined)
  if (name === undefined) return undefined
  const { findProfile } = await import('./profiles.ts')
  return (await findProfile((await context.config()).tuning, name)).profile
}

/** The profile that a load of this database had in force when it died, by lease and journal. */
async function ofDeadLoad(
  context: CommandContext,
  { target, doing }: Pick<TunedLoad, 'target' | 'doing'>,
): Promise<string | undefined> {
  const { openJournals } = await import('../../tuning/index.ts')
  const { isAlive, readLeases } = await import('../../store/index.ts')
  const { stateDir } = await context.config()
  const open = openJournals(stateDir).map(({ state }) => state)
  if (open.length === 0) return undefined
  const leases = await withDatabase(target, { doing: 'looking for the tuning', max: 1 }, ({ sql }) =>
    readLeases(sql),
  )
  return open.find(
    ({ plan, owner }) =>
      owner !== undefined &&
      isAlive(owner) === false &&
      leases.some((lease) => lease.session === plan.session && lease.doing === doing),
  )?.plan.profile
}

/** For --json: what the profile has changed for the load, and whether all of it is back. */
export function tuningDocument(tuned: TunedResult<unknown>): object {
  const { applied, session, reverted, problem } = tuned
  return {
    profile: applied?.profile ?? null,
    changed: applied?.changed ?? [],
    skipped: applied?.skipped ?? [],
    session,
    pendingRestart: applied?.pendingRestart ?? [],
    restarted: applied?.restarted ?? false,
    stays: stays(tuned),
    reverted: reverted === null ? null : revertedDocument(reverted),
    problem: problem?.toJSON() ?? null,
  }
}

function revertedDocument({ settings, pendingRestart, restarted, notes }: RevertResult): object {
  return { settings, pendingRestart, restarted, notes }
}

/** It had been applied by `gigarow tune apply`, and is the user's to take back. */
function stays({ applied, reverted, problem }: TunedResult<unknown>): boolean {
  return applied !== null && applied.outcome !== 'nothing' && reverted === null && problem === null
}

/** The lines of the report, and the exit code. */
export function printTuning(tuned: TunedResult<unknown>, out: Output): number {
  const { applied, session, reverted, problem } = tuned
  const { dim, yellow } = out.colors
  for (const { name, why } of applied?.skipped ?? [])
    if (session[name] === undefined) out.print(dim(`not set: ${name}: ${why}`))
  const name = applied?.profile ?? 'The profile'
  if (problem !== null) {
    if (!out.json) out.error(problem)
    return problem.exitCode
  }
  for (const note of reverted?.notes ?? []) out.print(yellow(note))
  const pending = reverted?.pendingRestart ?? []
  if (applied === null) out.print(`${name} was set by the sessions of the load alone.`)
  else if (stays(tuned)) out.print(`${name} had been applied before and stays: gigarow tune revert.`)
  else if (reverted !== null && pending.length === 0)
    out.print(
      `${name} is reverted; the settings are as before (${reverted.settings.length} of them were changed).`,
    )
  else if (pending.length > 0)
    out.print(
      yellow(`Waiting for a restart of the server: ${pending.join(', ')}. Then run gigarow tune revert.`),
    )
  return pending.length > 0 ? 4 : 0
}
