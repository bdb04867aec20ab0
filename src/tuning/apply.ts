import { randomUUID } from 'node:crypto'
import { describeTarget } from '../db/index.ts'
import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { alterSystem } from './alter-system.ts'
import { refuseToBreakWork, type TuneSession, type TuningContext, underTuneLock } from './context.ts'
import { type HardwareOverrides, probeServer } from './hardware.ts'
import { type Journal, journalPath, openJournal } from './journal.ts'
import type { JournaledSetting, JournaledStep, JournalState } from './journal-records.ts'
import { sameText } from './list-value.ts'
import { planTuning, type TuningPlan } from './plan.ts'
import type { TuningProfile } from './profile.ts'
import { reloadAndWait } from './reload.ts'
import { revertTuning } from './revert.ts'
import { checkSafety } from './safety.ts'
import { readServer, type ServerState } from './server.ts'
import { humanise } from './values.ts'
import { verifyApplied } from './verify.ts'

export interface PlanOptions extends TuningContext {
  readonly profile: TuningProfile
  /** What is known better than it can be probed: a remote server's memory, for one. */
  readonly hardware?: HardwareOverrides
}

export interface ApplyOptions extends PlanOptions {
  /** Settings of level L3 are allowed: the user said so, or everything on the server can be made again. */
  readonly allowUnsafe: boolean
  /** Restart the server for the settings that need it, when the driver can; otherwise they are left pending. */
  readonly restart: boolean
}

export interface ApplyResult {
  readonly profile: string
  readonly journal: string
  /** nothing: the server has every value already. finished: an apply that was interrupted has been completed. */
  readonly outcome: 'applied' | 'finished' | 'already' | 'nothing'
  /** For people: from the value that was in force, to the text that was written. */
  readonly changed: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  /** Written, but in force only after a restart that did not happen. */
  readonly pendingRestart: readonly string[]
  readonly restarted: boolean
}

/** What applying the profile to this server would do. Changes nothing and takes no lock. */
export async function planForServer(options: PlanOptions): Promise<TuningPlan> {
  return options.connect('planning the tuning', async (db) => {
    const session = await db.sql.reserve()
    try {
      const server = await readServer(session)
      const hardware = await probeServer({ session, server, overrides: options.hardware ?? {} })
      return planTuning(options.profile, hardware, server)
    } finally {
      session.release()
    }
  })
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
    if (run.begun) await undo(run, error)
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
  const journal = openJournal(journalPath(run.options.stateDir, server.systemIdentifier))
  const work: Work = { ...tune, run, journal, server }
  const open = journal.state()
  if (open !== undefined) return resume(work, open)
  const hardware = await probeServer({ session: tune.session, server, overrides: run.options.hardware ?? {} })
  const plan = planTuning(run.options.profile, hardware, server)
  const steps = plan.settings.filter((s) => s.action === 'set')
  const result = {
    profile: plan.profile,
    journal: journal.path,
    changed: steps.map((s) => ({ name: s.name, from: s.now, to: s.wanted })),
  }
  if (steps.length === 0) return { ...result, outcome: 'nothing', pendingRestart: [], restarted: false }
  checkSteps(work, steps)
  await checkRestart(work, steps)
  journal.append({
    type: 'plan',
    version: 1,
    session: randomUUID(),
    profile: plan.profile,
    systemIdentifier: server.systemIdentifier,
    dataDirectory: server.dataDirectory,
    server: describeTarget(tune.db.target),
    bootId: server.bootId,
    settings: steps.map(({ name, wanted, effective, level, takesEffect }) => ({
      name,
      wanted,
      effective,
      level,
      takesEffect,
    })),
  })
  run.begun = true
  return { ...result, outcome: 'applied', pendingRestart: await carryOut(work), restarted: false }
}

/** An apply of the same profile that did not get to its end, or that did: then there is nothing left to do. */
async function resume(work: Work, open: JournalState): Promise<ApplyResult> {
  const { profile } = work.run.options
  if (open.plan.profile !== profile.name || open.phase === 'reverting') throw otherOpen(open, profile.name)
  const already = open.phase === 'applied'
  checkSteps(
    work,
    open.settings.filter((s) => !s.done),
  )
  if (!already) await checkRestart(work, open.settings)
  return {
    profile: profile.name,
    journal: work.journal.path,
    outcome: already ? 'already' : 'finished',
    changed: already ? [] : open.settings.map((s) => changeOf(s, work.server)),
    pendingRestart: await carryOut(work),
    restarted: false,
  }
}

function changeOf({ name, before, wanted }: JournaledSetting, server: ServerState) {
  const live = server.settings.get(name.toLowerCase())!
  return { name, from: humanise(live, before?.effective ?? live.setting), to: wanted }
}

function checkSteps({ run, server }: Work, steps: readonly JournaledStep[]): void {
  const intended = {
    profile: run.options.profile.name,
    names: steps.map((s) => s.name),
    unsafe: steps.filter((s) => s.level === 'L3').map((s) => s.name),
    needsRestart: steps.some((s) => s.takesEffect === 'restart'),
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
    await reloadAndWait(session)
    journal.append({ type: 'reloaded' })
    work.run.options.emit?.({ type: 'tuning.reloaded' })
  }
  return verifyApplied(session, journal)
}

async function carryOutStep({ run, journal, server, session }: Work, step: JournaledSetting): Promise<void> {
  const { emit, signal } = run.options
  if (signal?.aborted) throw interrupted(run)
  const live = server.settings.get(step.name.toLowerCase())!
  const now = server.auto.get(step.name.toLowerCase()) ?? null
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
  if (!ours) await session.unsafe(alterSystem(step.name, step.wanted))
  journal.append({ type: 'done', name: step.name })
  emit?.({ type: 'tuning.set', name: step.name, from: humanise(live, live.setting), to: step.wanted })
}

async function restartAndVerify(run: Run, first: ApplyResult): Promise<ApplyResult> {
  const { options } = run
  if (options.signal?.aborted) throw interrupted(run)
  const before = openJournal(first.journal)
  const session = before.state()!.plan.session
  before.append({ type: 'restarting' })
  options.emit?.({ type: 'tuning.restarting', settings: first.pendingRestart })
  try {
    await options.driver!.restart(`tuning profile ${first.profile}`)
  } catch (cause) {
    throw new GigarowError('TUNING_RESTART_FAILED', 'The server did not come back with the new settings.', {
      facts: { settings: first.pendingRestart, driver: options.driver!.name },
      hint: 'See the server’s log; gigarow tune status shows where the settings stand.',
      cause,
    })
  }
  options.emit?.({ type: 'tuning.restarted' })
  return underTuneLock(options, 'checking the tuning', async (tune) => {
    // The restart dropped the lock: somebody may have reverted meanwhile.
    const journal = openJournal(first.journal)
    const open = journal.state()
    if (open?.plan.session !== session || open.phase === 'reverting') throw revertedMeanwhile(first.profile)
    journal.append({ type: 'restarted' })
    return { ...first, pendingRestart: await verifyApplied(tune.session, journal), restarted: true }
  })
}

async function undo({ options }: Run, reason: unknown): Promise<void> {
  const { signal: _, ...context } = options
  const message = reason instanceof Error ? reason.message : String(reason)
  options.emit?.({ type: 'tuning.undoing', reason: message })
  try {
    await revertTuning({ ...context, conflicts: 'report' })
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

function interrupted({ begun }: Run): GigarowError {
  return new GigarowError('INTERRUPTED', 'Stopped while applying the tuning profile.', {
    hint: begun
      ? 'What had been changed has been put back: gigarow tune status.'
      : 'The same command goes on; gigarow tune revert puts everything back.',
  })
}

function otherOpen(open: JournalState, wanted: string): GigarowError {
  const { profile } = open.plan
  const message =
    profile === wanted
      ? `A revert of tuning profile ${profile} has begun on this server and is not finished.`
      : `Tuning profile ${profile} is applied to this server; ${wanted} cannot be put on top of it.`
  return new GigarowError('TUNING_OPEN', message, {
    facts: { profile, wanted, since: open.since },
    hint: 'Run gigarow tune revert first.',
  })
}

function changedMeanwhile(name: string, now: string | null): GigarowError {
  return new GigarowError(
    'TUNING_CONFLICT',
    `Somebody has changed ${name} since this tuning profile was begun (now ${now ?? 'not in postgresql.auto.conf'}).`,
    {
      facts: { setting: name, now },
      hint: 'Run gigarow tune revert: it keeps that change and puts the rest back.',
    },
  )
}

function revertedMeanwhile(profile: string): GigarowError {
  return new GigarowError(
    'TUNING_CONFLICT',
    `Tuning profile ${profile} was reverted while the server restarted.`,
    {
      hint: 'gigarow tune status shows how things stand.',
    },
  )
}
