import type { Target } from '../db/index.ts'
import { isAlive } from '../store/index.ts'
import type { TuningContext } from './context.ts'
import { journalOf, openJournals } from './journal.ts'
import type { ClosedTuning, JournalState, Owner } from './journal-records.ts'
import { sameText } from './list-value.ts'
import { rawOf } from './means.ts'
import { MARKER, readServer, type ServerState, settingOf } from './server.ts'
import { humanise } from './values.ts'
import { waitsForRestart } from './verify.ts'

export type SettingState =
  | 'not applied'
  | 'applied'
  | 'waits for a restart'
  | 'put back'
  | 'changed by somebody else'

/** Another server on which a profile is in force, by the journals of the same folder. */
export interface Elsewhere {
  /** Without the password. */
  readonly server: string
  readonly profile: string
  readonly journal: string
}

/** A process that has a profile in force for what it does, and puts the settings back at its end. */
export interface TuningOwner {
  readonly doing: string
  readonly host: string
  readonly pid: number
  /** false: it died, and somebody has to put the settings back. null: it is on another machine. */
  readonly alive: boolean | null
}

export interface TuningStatus {
  /** false: nothing of gigarow's is on this server. */
  readonly open: boolean
  readonly journal: string
  readonly profile: string | null
  /** UTC, ISO 8601. */
  readonly since: string | null
  readonly phase: JournalState['phase'] | null
  /** null: the user has applied it. */
  readonly owner: TuningOwner | null
  /** Whether something is left to do before the state is what the last command promised. */
  readonly unfinished: boolean
  /** All that is left is a restart of the server. */
  readonly waiting: boolean
  /** The machine was restarted while durability was off, be it since put back. */
  readonly suspect: boolean
  /** What was put back last; null: nothing, or something is open. */
  readonly last: ClosedTuning | null
  /** Settings of durability that are off now, whoever did it. */
  readonly durabilityOff: readonly string[]
  readonly settings: readonly {
    readonly name: string
    readonly before: string
    readonly ours: string
    readonly now: string
    readonly state: SettingState
  }[]
  readonly elsewhere: readonly Elsewhere[]
  /** The marker of another project, or of a journal that is lost. */
  readonly foreign: string | null
  /** Of the server's configuration files: until they are corrected no change has any effect. */
  readonly fileErrors: readonly string[]
}

const DURABILITY = ['fsync', 'full_page_writes', 'synchronous_commit'] as const

/** How the settings of this server stand against its journal. Changes nothing. */
export async function tuningStatus({ connect, stateDir }: TuningContext): Promise<TuningStatus> {
  return connect('reading the tuning', (db) =>
    db.withSession(async (session) => statusOf(await readServer(session), { stateDir, target: db.target })),
  )
}

function statusOf(
  server: ServerState,
  { stateDir, target }: { stateDir: string; target: Target },
): TuningStatus {
  const journal = journalOf(stateDir, server, target)
  const { path } = journal
  const [open, last] = [journal.state(), journal.lastClosed()]
  const owner = open?.owner === undefined ? null : ownerOf(open.owner)
  const settings =
    open === undefined
      ? []
      : settingsOf(open, server).filter((s) => s.name !== MARKER || s.state === 'changed by somebody else')
  return {
    open: open !== undefined,
    journal: path,
    profile: open?.plan.profile ?? null,
    since: open?.since ?? null,
    phase: open?.phase ?? null,
    owner,
    unfinished:
      open !== undefined &&
      (open.phase !== 'applied' || owner?.alive === false || settings.some((s) => s.state !== 'applied')),
    waiting: open?.waiting ?? false,
    suspect: open === undefined ? last?.suspect === true : crashed(open, server),
    last: open === undefined ? (last ?? null) : null,
    durabilityOff: DURABILITY.filter((name) => server.settings.get(name)?.setting === 'off'),
    settings,
    elsewhere: elsewhereThan(path, stateDir),
    foreign: open === undefined ? (server.auto.get(MARKER) ?? null) : null,
    fileErrors: server.fileErrors,
  }
}

function ownerOf(owner: Owner): TuningOwner {
  const { doing, host, pid } = owner
  return { doing, host, pid, alive: isAlive(owner) ?? null }
}

export function elsewhereThan(journal: string, stateDir: string): readonly Elsewhere[] {
  return openJournals(stateDir)
    .filter(({ path }) => path !== journal)
    .map(({ path, state: { plan } }) => ({ server: plan.server, profile: plan.profile, journal: path }))
}

function settingsOf(open: JournalState, server: ServerState): TuningStatus['settings'] {
  return open.settings.map((step) => {
    const live = settingOf(server.settings, step.name)
    const raw = rawOf(server, step.name, step.scope)
    const state = ((): SettingState => {
      if (step.before === undefined) return 'not applied'
      const ours = sameText(step.name, raw, step.wanted)
      if (!ours && !sameText(step.name, raw, step.before.raw)) return 'changed by somebody else'
      const goal = ours ? step.effective : step.before.effective
      if (step.scope === undefined && waitsForRestart(live, goal)) return 'waits for a restart'
      if (ours) return 'applied'
      return open.phase === 'reverting' ? 'put back' : 'not applied'
    })()
    const before = humanise(live, step.before?.effective ?? live.setting)
    return { name: step.name, before, ours: step.wanted, now: humanise(live, live.setting), state }
  })
}

function crashed(open: JournalState, server: ServerState): boolean {
  const off = open.settings.some(
    (s) => ['fsync', 'full_page_writes'].includes(s.name) && s.before !== undefined,
  )
  const moved = open.plan.bootId !== null && server.bootId !== null && open.plan.bootId !== server.bootId
  return open.suspect || (off && moved && !open.synced)
}
