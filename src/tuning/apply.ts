import { randomUUID } from 'node:crypto'
import { describeTarget } from '../db/index.ts'
import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { isAlive, isThisProcess } from '../store/index.ts'
import {
  changedMeanwhile,
  foreignMarker,
  heldByOther,
  interrupted,
  notAllowed,
  otherOpen,
  revertedMeanwhile,
} from './apply-errors.ts'
import {
  refuseToBreakWork,
  type TuneSession,
  type TuningContext,
  underTuneLock,
  type WorkingSession,
} from './context.ts'
import { type HardwareOverrides, probeServer } from './hardware.ts'
import { type Journal, journalOf, openJournal } from './journal.ts'
import type { JournaledSetting, JournaledStep, JournalState, Owner } from './journal-records.ts'
import { sameText } from './list-value.ts'
import { markerStep } from './marker.ts'
import { changeStatement, describeScope } from './means.ts'
import { type PlannedSetting, planTuning, STANDBY_NOTE, type TuningPlan } from './plan.ts'
import type { TuningProfile } from './profile.ts'
import { rawNow } from './raw-now.ts'
import { reloadAndWait } from './reload.ts'
import { restartServer, waitsForRestart } from './restart.ts'
import { revertTuning } from './revert.ts'
import { checkSafety } from './safety.ts'
import { describeSelection, type Selection } from './select.ts'
import { MARKER, readServer, type ServerState, settingOf } from './server.ts'
import { humanise } from './values.ts'
import { verifyApplied } from './verify.ts'

export interface PlanOptions extends TuningContext {
  readonly profile: TuningProfile
  /** What is known better than it can be probed: a remote server's memory, for one. */
  readonly hardware?: HardwareOverrides
  readonly selection?: Selection
}

export interface ApplyOptions extends PlanOptions {
  /** Settings of level L3 are allowed: the user said so, or everything on the server can be made again. */
  readonly allowUnsafe: boolean
  /** Restart the server for the settings that need it, when the driver can; otherwise they are left pending. */
  readonly restart: boolean
  /** Who puts the settings back; nobody: they stay until the user says so. */
  readonly owner?: Owner
  /** Names what is applied in journal and lease; default: a new one. */
  readonly session?: string
}

export interface ApplyResult {
  readonly profile: string
  readonly journal: string
  /** nothing: the server has every value already. finished: an apply that was interrupted has been completed. */
  readonly outcome: 'applied' | 'finished' | 'already' | 'nothing'
  /** For people: from the value that was in force, to the text that was written. */
  readonly changed: readonly Changed[]
  /** Of the profile, and not set: for another version, forbidden to this user, fixed on the command line, … */
  readonly skipped: readonly Skipped[]
  /** Set, but some sessions have another value by ALTER ROLE or ALTER DATABASE. */
  readonly shadowed: readonly { readonly name: string; readonly by: string }[]
  /** Written, but in force only after a restart that did not happen. */
  readonly pendingRestart: readonly string[]
  readonly restarted: boolean
  /** Sessions whose work kept the restart from happening. */
  readonly working: readonly WorkingSession[]
}

export interface Changed {
  readonly name: string
  readonly from: string
  readonly to: string
  /** The role and database it is set for; null: the whole server. */
  readonly scope: string | null
}

export interface Skipped {
  readonly name: string
  readonly wanted: string
  readonly why: string
  /** Somebody with more rights has to set it: gigarow tune render. */
  readonly forbidden: boolean
}

/** What applying the profile to this server would do. Changes nothing and takes no lock. */
export async function planForServer(options: PlanOptions): Promise<TuningPlan> {
  return options.connect('planning the tuning', (db) =>
    db.withSession(async (session) => {
      const server = await readServer(session)
      return (await planFor(options, { session, server })).plan
    }),
  )
}

async function planFor(
  { profile, hardware: overrides = {}, selection = {} }: PlanOptions,
  { session, server }: Pick<Work, 'session' | 'server'>,
): Promise<{ plan: TuningPlan; steps: readonly PlannedSetting[] }> {
  const probed = await probeServer({ session, server, overrides })
  const plan = planTuning(profile, { ...probed, server, selection })
  return { plan, steps: plan.settings.filter((s) => s.action === 'set') }
}

/**
 * Sets the server's settings to the profile's, every change announced in the journal before it is made. Run again after
 * a crash it goes on where the journal ends, with the values of the first run. When it fails or is interrupted it puts
 * back what it had changed; when it cannot, the journal stays open for `revertTuning`.
 * Throws TUNING_OPEN, TUNING_REFUSED, TUNING_NOT_ALLOWED, TUNING_CONFLICT, TUNING_RESTART_FAILED, INTERRUPTED.
 */
export async function applyTuning(options: ApplyOptions): Promise<ApplyResult> {
  const run: Run = { options, begun: false }
  try {
    const first = await underTuneLock(options, 'applying the tuning', (tune) => start(run, tune))
    if (first.pendingRestart.length === 0 || !options.restart) return first
    if (options.driver === undefined || !(await options.driver.canRestart())) return first
    return await restartAndVerify(run, first)
  } catch (error) {
    if (run.begun && !waitsForRestart(error)) await undo(run, error)
    throw error
  }
}

interface Run {
  readonly options: ApplyOptions
  /** Whether this run has opened the journal: then a failure of it is taken back. */
  begun: boolean
}

interface Work extends TuneSession {
  readonly run: Run
  readonly journal: Journal
  readonly server: ServerState
}

async function start(run: Run, tune: TuneSession): Promise<ApplyResult> {
  const server = await readServer(tune.session)
  const journal = journalOf(run.options.stateDir, server, tune.db.target)
  if (server.standby) run.options.emit?.({ type: 'tuning.note', text: STANDBY_NOTE })
  const work: Work = { ...tune, run, journal, server }
  const open = journal.state()
  if (open !== undefined) return resume(work, open)
  const marker = server.auto.get(MARKER)
  if (marker !== undefined) throw foreignMarker(marker)
  const { plan, steps: planned } = await planFor(run.options, work)
  const result = {
    profile: plan.profile,
    journal: journal.path,
    changed: planned.map((s) => changed(s, s.now, s.wanted)),
    skipped: plan.settings.flatMap((s) => (s.action === 'skip' && s.level !== 'L0' ? [skipped(s)] : [])),
    shadowed: planned.flatMap(({ name, shadowedBy: by }) => (by === undefined ? [] : [{ name, by }])),
    ...NO_RESTART,
  }
  if (planned.length === 0) {
    if (result.skipped.some((s) => s.forbidden)) throw notAllowed(result.skipped)
    return { ...result, outcome: 'nothing' }
  }
  const { session = randomUUID(), owner } = run.options
  const steps = [...markerStep({ server, session, profile: plan.profile, planned }), ...planned]
  checkSteps(work, steps)
  await checkRestart(work, steps)
  const selection = describeSelection(run.options.selection ?? {})
  journal.append({
    type: 'plan',
    version: 1,
    session,
    profile: plan.profile,
    systemIdentifier: server.systemIdentifier,
    dataDirectory: server.dataDirectory,
    server: describeTarget(tune.db.target),
    bootId: server.bootId,
    ...(selection === '' ? {} : { selection }),
    ...(owner === undefined ? {} : { owner }),
    settings: steps.map(({ name, wanted, effective, level, takesEffect, scope }) => ({
      name,
      wanted,
      effective,
      level,
      takesEffect,
      ...(scope === undefined ? {} : { scope }),
    })),
  })
  run.begun = true
  return { ...result, outcome: 'applied', pendingRestart: await carryOut(work) }
}

const NO_RESTART = { pendingRestart: [], restarted: false, working: [] } as const

/** An apply of the same profile that did not get to its end, or that did: then there is nothing left to do. */
async function resume(work: Work, open: JournalState): Promise<ApplyResult> {
  const { profile, selection = {} } = work.run.options
  const wanted = describeSelection(selection)
  const same = open.plan.profile === profile.name && (open.plan.selection ?? '') === wanted
  if (!same || open.phase === 'reverting') throw otherOpen(open, { profile: profile.name, selection: wanted })
  const already = open.phase === 'applied'
  takeOver(work, open)
  checkSteps(
    work,
    open.settings.filter((s) => !s.done),
  )
  if (!already) await checkRestart(work, open.settings)
  return {
    profile: profile.name,
    journal: work.journal.path,
    outcome: already ? 'already' : 'finished',
    changed: already
      ? []
      : open.settings.flatMap((s) => (s.name === MARKER ? [] : [changeOf(s, work.server)])),
    skipped: [],
    shadowed: [],
    ...NO_RESTART,
    pendingRestart: await carryOut(work),
  }
}

/** From a process that has died. What is in force for one that lives is its own to put back. */
function takeOver({ run, journal }: Work, { owner: held }: JournalState): void {
  if (held === undefined || isThisProcess(held)) return
  if (isAlive(held) === true) throw heldByOther(held)
  const { owner } = run.options
  if (owner !== undefined) journal.append({ type: 'owner', owner })
}

function changed({ name, scope }: Pick<JournaledStep, 'name' | 'scope'>, from: string, to: string): Changed {
  return { name, from, to, scope: scope === undefined ? null : describeScope(scope) }
}

function skipped({ name, wanted, note = '', forbidden }: PlannedSetting): Skipped {
  return { name, wanted, why: note, forbidden: forbidden === true }
}

function changeOf(step: JournaledSetting, server: ServerState): Changed {
  const live = settingOf(server.settings, step.name)
  return changed(step, humanise(live, step.before?.effective ?? live.setting), step.wanted)
}

function checkSteps({ run, server }: Work, steps: readonly JournaledStep[]): void {
  const intended = {
    profile: run.options.profile.name,
    names: steps.map((s) => s.name),
    unsafe: steps.filter((s) => s.level === 'L3').map((s) => s.name),
    needsRestart: steps.some((s) => s.takesEffect === 'restart'),
    system: steps.some((s) => s.scope === undefined),
    values: new Map(steps.map((s) => [s.name.toLowerCase(), s.effective])),
  }
  checkSafety(intended, server, { allowUnsafe: run.options.allowUnsafe, mayRestart: run.options.restart })
}

async function checkRestart({ run, session }: Work, steps: readonly JournaledStep[]): Promise<void> {
  const { restart, driver } = run.options
  const needed = restart && steps.some((s) => s.takesEffect === 'restart')
  if (needed && (await driver?.canRestart())) await refuseToBreakWork(session)
}

/** Returns the settings that wait for a restart. */
async function carryOut(work: Work): Promise<readonly string[]> {
  const { journal, session } = work
  const open = journal.state()!
  if (open.phase !== 'applied') {
    for (const step of open.settings) await carryOutStep(work, step)
    if (open.settings.some((s) => s.scope === undefined)) {
      await reloadAndWait(session)
      journal.append({ type: 'reloaded' })
      work.run.options.emit?.({ type: 'tuning.reloaded' })
    }
  }
  return verifyApplied(work, journal)
}

async function carryOutStep({ run, journal, server, session }: Work, step: JournaledSetting): Promise<void> {
  const { emit, signal } = run.options
  if (signal?.aborted) throw interrupted(run.begun)
  const live = settingOf(server.settings, step.name)
  const now = await rawNow(session, step)
  const ours = sameText(step.name, now, step.wanted)
  if (step.before === undefined) {
    const { setting: effective, source, sourcefile } = live
    journal.append({
      type: 'intent',
      name: step.name,
      before: { raw: now, effective, source, sourcefile },
      after: step.wanted,
    })
  } else if (!ours && (step.done || !sameText(step.name, now, step.before.raw))) {
    throw changedMeanwhile(step.name, now)
  }
  if (step.done) return
  if (!ours) await session.unsafe(changeStatement(step.name, step.wanted, step.scope))
  journal.append({ type: 'done', name: step.name })
  emit?.({ type: 'tuning.set', name: step.name, from: humanise(live, live.setting), to: step.wanted })
}

async function restartAndVerify(run: Run, first: ApplyResult): Promise<ApplyResult> {
  const { options } = run
  if (options.signal?.aborted) throw interrupted(run.begun)
  const before = openJournal(first.journal)
  const session = before.state()!.plan.session
  before.append({ type: 'restarting' })
  const { restarted, working } = await restart(run, first)
  if (!restarted) {
    if (options.signal?.aborted) throw interrupted(run.begun)
    before.append({ type: 'pending', names: first.pendingRestart })
    return { ...first, working }
  }
  return underTuneLock(options, 'checking the tuning', async (tune) => {
    // The restart dropped the lock: somebody may have reverted meanwhile.
    const journal = openJournal(first.journal)
    const open = journal.state()
    if (open?.plan.session !== session || open.phase === 'reverting') throw revertedMeanwhile(first.profile)
    journal.append({ type: 'restarted' })
    return { ...first, pendingRestart: await verifyApplied(tune, journal), restarted: true }
  })
}

async function restart({ options }: Run, { profile, pendingRestart: settings }: ApplyResult) {
  const driver = options.driver!
  try {
    return await restartServer(options, { driver, reason: `tuning profile ${profile}`, settings })
  } catch (cause) {
    if (isGigarowError(cause) && (cause.code === 'TUNING_RESTART_FAILED' || waitsForRestart(cause)))
      throw cause
    throw new GigarowError('TUNING_RESTART_FAILED', 'The server did not come back with the new settings.', {
      facts: { settings, driver: driver.name },
      hint: 'See the server’s log; gigarow tune status shows where the settings stand.',
      cause,
    })
  }
}

async function undo({ options }: Run, reason: unknown): Promise<void> {
  const { signal: _, ...context } = options
  const message = reason instanceof Error ? reason.message : String(reason)
  options.emit?.({ type: 'tuning.undoing', reason: message })
  try {
    // What could not restart the server once is not asked again; a server that is down is started all the same.
    const restart = !isGigarowError(reason) || reason.code !== 'TUNING_RESTART_FAILED'
    await revertTuning({ ...context, restart: context.restart && restart, conflicts: 'report' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const code = isGigarowError(reason) ? reason.code : 'TUNING_NOT_EFFECTIVE'
    throw new GigarowError(code, `${message} Putting the settings back failed as well: ${why}`, {
      facts: isGigarowError(reason) ? reason.facts : {},
      hint: 'Run gigarow tune revert when the cause is gone; the journal holds what to put back.',
      cause: reason,
    })
  }
}
