import { alterSystem } from './alter-system.ts'
import { refuseToBreakWork, type TuneSession, type TuningContext, underTuneLock } from './context.ts'
import { type Journal, journalPath, openJournal } from './journal.ts'
import type { JournaledSetting, JournalState } from './journal-records.ts'
import { revertOffline } from './offline.ts'
import { reloadAndWait } from './reload.ts'
import { closeRevert, conflictError, revertOrder, suspectError } from './revert-steps.ts'
import { readServer, readSettings, type ServerState } from './server.ts'
import { type Elsewhere, elsewhereThan } from './status.ts'
import { bringDisksUpToDate, wasUnsafe } from './sync.ts'
import { decideRevert } from './three-way.ts'

/** What to do with a setting that somebody else has changed meanwhile. */
export type OnConflict = 'report' | 'keep' | 'force'

export interface RevertOptions extends TuningContext {
  readonly restart: boolean
  readonly conflicts: OnConflict
  /** The user has run `sync` on the server's machine himself. */
  readonly synced?: boolean
}

export type RevertOutcome = 'restored' | 'back' | 'kept' | 'conflict'

export interface RevertResult {
  /** null: nothing was applied. */
  readonly profile: string | null
  readonly settings: readonly {
    readonly name: string
    readonly to: string | null
    readonly outcome: RevertOutcome
  }[]
  /** Put back in the file, but in force only after a restart that did not happen: run the revert again after it. */
  readonly pendingRestart: readonly string[]
  readonly restarted: boolean
  readonly offline: boolean
  /** What is not as it was before, and why that is not the profile's doing. */
  readonly notes: readonly string[]
  readonly elsewhere: readonly Elsewhere[]
}

/**
 * Puts every setting of the open journal back as it was before; whatever state a crash left, running it again finishes.
 * A server that does not start is mended in its files when they are on this machine, and started.
 * Throws TUNING_CONFLICT (everything else is back), TUNING_NOT_SYNCED, TUNING_DATA_SUSPECT (everything is back).
 */
export async function revertTuning(options: RevertOptions): Promise<RevertResult> {
  let reached = false
  const { driver } = options
  const canRestart = options.restart && driver !== undefined && (await driver.canRestart())
  const online = () =>
    underTuneLock(options, 'reverting the tuning', (tune) => {
      reached = true
      return pass({ ...options, canRestart }, tune)
    })
  let offline = false
  let first: Pass
  try {
    first = await online()
  } catch (error) {
    if (reached || !(await revertOffline(options))) throw error
    offline = true
    first = await online()
  }
  return conclude({ ...options, canRestart }, { ...first, offline })
}

interface Pass {
  readonly profile: string | null
  readonly settings: RevertResult['settings']
  readonly pending: readonly string[]
  readonly notes: readonly string[]
  readonly suspect: boolean
  readonly elsewhere: readonly Elsewhere[]
}

interface PassOptions extends RevertOptions {
  readonly canRestart: boolean
}

async function conclude(options: PassOptions, first: Pass & { offline: boolean }): Promise<RevertResult> {
  let last: Pass = first
  let restarted = false
  if (first.pending.length > 0 && options.canRestart) {
    options.emit?.({ type: 'tuning.restarting', settings: first.pending })
    await options.driver!.restart('reverting the tuning')
    options.emit?.({ type: 'tuning.restarted' })
    restarted = true
    last = await underTuneLock(options, 'checking the revert', (tune) => pass(options, tune))
  }
  const conflicts = first.settings.filter((s) => s.outcome === 'conflict').map((s) => s.name)
  if (conflicts.length > 0) throw conflictError(conflicts)
  if (first.suspect || last.suspect) throw suspectError()
  return {
    profile: first.profile,
    settings: first.settings,
    pendingRestart: last.pending,
    restarted,
    offline: first.offline,
    notes: last.notes,
    elsewhere: first.elsewhere,
  }
}

interface Work extends TuneSession {
  readonly options: PassOptions
  readonly journal: Journal
  readonly server: ServerState
}

/** Everything that can be done without a restart; closes the journal when nothing is left. */
async function pass(options: PassOptions, tune: TuneSession): Promise<Pass> {
  const server = await readServer(tune.session)
  const journal = openJournal(journalPath(options.stateDir, server.systemIdentifier))
  const open = journal.state()
  const elsewhere = elsewhereThan(journal.path, options.stateDir)
  if (open === undefined)
    return { profile: null, settings: [], pending: [], notes: [], suspect: false, elsewhere }
  const restarts = revertOrder(open.settings).some((s) => s.takesEffect === 'restart')
  if (restarts && options.canRestart) await refuseToBreakWork(tune.session)
  const work: Work = { ...tune, options, journal, server }
  if (open.phase !== 'reverting') journal.append({ type: 'revert' })
  const settings: RevertResult['settings'][number][] = []
  for (const setting of revertOrder(open.settings)) settings.push(await putBack(work, setting))
  await reloadAndWait(tune.session)
  options.emit?.({ type: 'tuning.reloaded' })
  const unsettled = settings.some((s) => s.outcome === 'conflict')
  if (wasUnsafe(open) && !open.synced)
    await bringDisksUpToDate({ ...work, open, assumed: options.synced === true, unsettled })
  const pending = await waitingForRestart(work, open)
  const finished = pending.length === 0 && !unsettled
  const { suspect } = journal.state()!
  const notes = finished ? await closeRevert({ session: tune.session, journal }) : []
  return { profile: open.plan.profile, settings, pending, notes, suspect, elsewhere }
}

async function putBack(work: Work, setting: JournaledSetting): Promise<RevertResult['settings'][number]> {
  const { name, wanted, before } = setting
  const { journal, options, server, session } = work
  // Whatever happened to it since then is not our doing.
  if (setting.finished) return { name, to: before!.raw, outcome: 'back' }
  const now = server.auto.get(name.toLowerCase()) ?? null
  const decision = decideRevert(name, { before: before!.raw, ours: wanted, now })
  if (decision === 'conflict' && options.conflicts !== 'force') {
    if (options.conflicts === 'keep') journal.append({ type: 'kept', name })
    options.emit?.({ type: 'tuning.conflict', name, ours: wanted, now })
    return { name, to: now, outcome: options.conflicts === 'keep' ? 'kept' : 'conflict' }
  }
  if (decision !== 'back') {
    journal.append({ type: 'revert-intent', name, to: before!.raw })
    await session.unsafe(alterSystem(name, before!.raw))
    options.emit?.({ type: 'tuning.reverted', name, to: before!.raw })
  }
  journal.append({ type: 'reverted', name })
  return { name, to: before!.raw, outcome: decision === 'back' ? 'back' : 'restored' }
}

/**
 * Only what this journal changed: somebody else's pending change is his. PostgreSQL goes on showing pending_restart for a
 * setting that was taken back before any restart: worth a restart where we can make one, nothing to wait for elsewhere.
 */
async function waitingForRestart(work: Work, open: JournalState): Promise<readonly string[]> {
  const live = new Map((await readSettings(work.session)).map((row) => [row.name, row]))
  const names = open.settings.flatMap(({ name, before }) => {
    const row = live.get(name)!
    const waits = before !== undefined && row.pendingRestart
    return waits && (work.options.canRestart || row.setting !== before.effective) ? [name] : []
  })
  if (names.length > 0) work.journal.append({ type: 'pending', names })
  return names
}
