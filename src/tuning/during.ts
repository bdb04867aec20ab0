import { randomUUID } from 'node:crypto'
import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { dropLease, isThisProcess, takeLease, thisProcess } from '../store/index.ts'
import { type ApplyOptions, type ApplyResult, applyTuning, planForServer } from './apply.ts'
import { openJournal, openJournals } from './journal.ts'
import type { Owner } from './journal-records.ts'
import { type RevertResult, revertTuning } from './revert.ts'
import { sessionPlan } from './session.ts'
import { tuningStatus } from './status.ts'

export interface DuringOptions extends Omit<ApplyOptions, 'owner' | 'session'> {
  /** What the profile is in force for, for people: seed. */
  readonly doing: string
}

/** What the work finds. */
export interface Tuned {
  /** Null: this user can set nothing but what its own sessions take. */
  readonly applied: ApplyResult | null
  /** Settings that every session of the work has to begin with: Target.settings. */
  readonly session: Readonly<Record<string, string>>
}

export interface TunedResult<T> extends Tuned {
  readonly value: T
  /** Null: there was nothing to put back, or the profile had been applied before and stays. */
  readonly reverted: RevertResult | null
  /** The work is done, but the settings are not all back: why. */
  readonly problem: GigarowError | null
}

/**
 * Applies the profile, does the work, and puts everything back, however the work ends, as long as this process lives: journal and
 * lease tell whoever comes after a process that does not. One that died with the same profile in force is taken over. What the
 * user has applied himself stays. The work's error wins; where the settings are not back as well, it says so.
 */
export async function duringTuning<T>(
  options: DuringOptions,
  work: (tuned: Tuned) => Promise<T>,
): Promise<TunedResult<T>> {
  const held = await begin(options)
  const { applied, session } = held
  let value: T
  try {
    value = await work({ applied, session })
  } catch (error) {
    const problem = await end(options, held).then(waiting, (thrown: unknown) => thrown)
    throw problem instanceof Error ? both(error, problem) : error
  }
  try {
    return { value, applied, session, reverted: await end(options, held), problem: null }
  } catch (error) {
    if (!isGigarowError(error)) throw error
    return { value, applied, session, reverted: null, problem: error }
  }
}

interface Held extends Tuned {
  /** The journal's session that is to be put back at the end; null: there is none, or it is the user's. */
  readonly ours: string | null
}

/** The lease is there before the first setting is changed. */
async function begin(options: DuringOptions): Promise<Held> {
  const plan = await planForServer(options)
  const forSessions = sessionPlan(plan, options)
  const status = await tuningStatus(options)
  // A process that died while it put the settings back: they are put back first.
  if (status.phase === 'reverting' && status.owner?.alive === false)
    await revertTuning({ ...options, conflicts: 'report' })
  const owner: Owner = { ...thisProcess(), doing: options.doing }
  const lease = { profile: plan.profile, doing: options.doing, holder: owner, journal: status.journal }
  const take = (session: string) =>
    options.connect('leaving word of the tuning', (db) => takeLease(db, { ...lease, session }))
  const session = randomUUID()
  await take(session)
  try {
    const applied = await applyTuning({ ...options, owner, session })
    const open = openJournal(applied.journal).state()
    const ours = open?.owner !== undefined && isThisProcess(open.owner) ? open.plan.session : null
    if (ours !== session) await forget(options, session)
    if (ours !== null && ours !== session) await take(ours)
    return { applied, session: forSessions, ours }
  } catch (error) {
    if (!isOpen(options, session)) await forget(options, session)
    const nothingElse = plan.settings.every((s) => s.action !== 'set') && Object.keys(forSessions).length > 0
    if (isGigarowError(error) && error.code === 'TUNING_NOT_ALLOWED' && nothingElse)
      return { applied: null, session: forSessions, ours: null }
    throw error
  }
}

function isOpen({ stateDir }: DuringOptions, session: string): boolean {
  return openJournals(stateDir).some(({ state }) => state.plan.session === session)
}

/** A lease that nobody could drop is told from a true one by its journal. */
async function forget({ connect }: DuringOptions, session: string): Promise<void> {
  await connect('taking back word of the tuning', ({ sql }) => dropLease(sql, session)).catch(() => {})
}

/** Never interrupted: stopping half way helps nobody. */
async function end(options: DuringOptions, { ours }: Held): Promise<RevertResult | null> {
  if (ours === null || !isOpen(options, ours)) return null
  const { signal, waitSignal = signal, ...calm } = options
  const byHand = waitSignal === undefined ? {} : { waitSignal }
  return revertTuning({ ...calm, ...byHand, conflicts: 'report' })
}

/** Undefined when all is back. */
function waiting(reverted: RevertResult | null): Error | undefined {
  const names = reverted?.pendingRestart ?? []
  return names.length === 0 ? undefined : new Error(`${names.join(', ')} waits for a restart of the server.`)
}

function both(error: unknown, problem: Error): unknown {
  if (!isGigarowError(error)) return error
  const facts = isGigarowError(problem) ? { tuning: problem.code } : {}
  return new GigarowError(error.code, `${error.message} The tuning is not all back: ${problem.message}`, {
    facts: { ...error.facts, ...facts },
    hint: [error.hint, 'gigarow tune revert puts the settings back.'].filter(Boolean).join(' '),
    cause: error,
  })
}
