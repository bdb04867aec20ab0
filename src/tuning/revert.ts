import { alterSystem } from './alter-system.ts'
import {
  refuseToBreakWork,
  type TuneSession,
  type TuningContext,
  underTuneLock,
  type WorkingSession,
} from './context.ts'
import { type Journal, journalOf } from './journal.ts'
import type { JournaledSetting, JournalState } from './journal-records.ts'
import { changeStatement } from './means.ts'
import { revertOffline } from './offline.ts'
import { rawNow } from './raw-now.ts'
import { reloadAndWait } from './reload.ts'
import { restartServer } from './restart.ts'
import { closeRevert, conflictError, revertOrder, suspectError } from './revert-steps.ts'
import { checkFiles } from './safety.ts'
import { MARKER, readServer, type ServerState, settingOf } from './server.ts'
import { type Elsewhere, elsewhereThan } from './status.ts'
import { bringDisksUpToDate, wasUnsafe } from './sync.ts'
import { decideRevert } from './three-way.ts'
import { settingsInForce, waitsForRestart } from './verify.ts'

/** What to do with a setting that somebody else has changed meanwhile. */
export type OnConflict = 'report' | 'keep' | 'force'

export interface RevertOptions extends TuningContext {
  readonly restart: boolean
  readonly conflicts: OnConflict
  /** The user has run `sync` on the server's machine himself. */
  readonly synced?: boolean
  /** Take the marker of a journal that is lost out of the server; its settings stay as they are. */
  readonly dropMarker?: boolean
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
  /** Sessions whose work kept the restart from happening. */
  readonly working: readonly WorkingSession[]
  readonly offline: boolean
  /** Put back in the files of a server that nobody here can start: start it, then run the revert again. */
  readonly stopped: boolean
  /** What another project, or a journal that is lost, has left on the server. */
  readonly foreign: string | null
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
    const mended = reached ? undefined : await revertOffline(options)
    if (mended === undefined) throw error
    if (!mended.started) return stoppedResult(mended.profile, mended.settings)
    offline = true
    first = await online()
  }
  return conclude({ ...options, canRestart }, { ...first, offline })
}

function stoppedResult(profile: string, settings: RevertResult['settings']): RevertResult {
  const rest = { pendingRestart: [], restarted: false, working: [], notes: [], elsewhere: [], foreign: null }
  return { ...rest, profile, settings, offline: true, stopped: true }
}

interface Pass {
  readonly foreign: string | null
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
  let working: readonly WorkingSession[] = []
  if (first.pending.length > 0 && options.canRestart) {
    const driver = options.driver!
    const request = { driver, reason: 'reverting the tuning', settings: first.pending }
    const outcome = await restartServer(options, request)
    restarted = outcome.restarted
    working = outcome.working
    if (restarted) last = await underTuneLock(options, 'checking the revert', (tune) => pass(options, tune))
  }
  const conflicts = first.settings.filter((s) => s.outcome === 'conflict').map((s) => s.name)
  if (conflicts.length > 0) throw conflictError(conflicts)
  if (first.suspect || last.suspect) throw suspectError()
  return {
    profile: first.profile,
    settings: first.settings,
    pendingRestart: last.pending,
    restarted,
    working,
    offline: first.offline,
    stopped: false,
    foreign: first.foreign,
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
  const journal = journalOf(options.stateDir, server, tune.db.target)
  const open = journal.state()
  const elsewhere = elsewhereThan(journal.path, options.stateDir)
  const foreign = open === undefined ? await leftover(options, { tune, server }) : null
  if (open === undefined)
    return { profile: null, settings: [], pending: [], notes: [], suspect: false, elsewhere, foreign }
  const restarts = revertOrder(open.settings).some((s) => s.takesEffect === 'restart')
  if (restarts && options.canRestart) await refuseToBreakWork(tune.session)
  const work: Work = { ...tune, options, journal, server }
  const ours = open.settings.filter((s) => s.before !== undefined && s.scope === undefined)
  if (ours.length > 0) checkFiles(server.fileErrors)
  if (open.phase !== 'reverting') journal.append({ type: 'revert' })
  const settings: RevertResult['settings'][number][] = []
  for (const setting of revertOrder(open.settings)) settings.push(await putBack(work, setting))
  if (ours.length > 0) {
    await reloadAndWait(tune.session)
    options.emit?.({ type: 'tuning.reloaded' })
  }
  const unsettled = settings.some((s) => s.outcome === 'conflict')
  if (wasUnsafe(open) && !open.synced)
    await bringDisksUpToDate({ ...work, open, assumed: options.synced === true, unsettled })
  const pending = await waitingForRestart(work, open)
  const finished = pending.length === 0 && !unsettled
  const { suspect } = journal.state()!
  const notes = finished ? await closeRevert(tune, journal) : []
  return {
    profile: open.plan.profile,
    settings: shown(settings),
    pending,
    notes,
    suspect,
    elsewhere,
    foreign,
  }
}

/** The marker is ours, and nobody's setting. */
function shown(settings: RevertResult['settings']): RevertResult['settings'] {
  return settings.filter((s) => s.name !== MARKER || s.outcome === 'conflict')
}

/** The marker on a server without a journal here. */
async function leftover(
  { dropMarker }: RevertOptions,
  { tune, server }: { tune: TuneSession; server: ServerState },
): Promise<string | null> {
  const marker = server.auto.get(MARKER) ?? null
  if (marker === null || dropMarker !== true) return marker
  await tune.session.unsafe(alterSystem(MARKER, null))
  await reloadAndWait(tune.session)
  return null
}

async function putBack(work: Work, setting: JournaledSetting): Promise<RevertResult['settings'][number]> {
  const { name, wanted, before, scope } = setting
  const { journal, options, session } = work
  // Whatever happened to it since then is not our doing.
  if (setting.finished) return { name, to: before!.raw, outcome: 'back' }
  const now = await rawNow(session, setting)
  const decision = decideRevert(name, { before: before!.raw, ours: wanted, now })
  if (decision === 'conflict' && options.conflicts !== 'force') {
    if (options.conflicts === 'keep') journal.append({ type: 'kept', name })
    options.emit?.({ type: 'tuning.conflict', name, ours: wanted, now })
    return { name, to: now, outcome: options.conflicts === 'keep' ? 'kept' : 'conflict' }
  }
  if (decision !== 'back') {
    journal.append({ type: 'revert-intent', name, to: before!.raw })
    await session.unsafe(changeStatement(name, before!.raw, scope))
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
  const live = await settingsInForce(work, [])
  const names = open.settings.flatMap(({ name, before, scope }) => {
    if (scope !== undefined || before === undefined) return []
    const row = settingOf(live, name)
    const waits = waitsForRestart(row, before.effective)
    return waits && (work.options.canRestart || row.setting !== before.effective) ? [name] : []
  })
  if (names.length > 0) work.journal.append({ type: 'pending', names })
  return names
}
