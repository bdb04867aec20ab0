import type { Holder } from '../store/index.ts'
import type { Scope } from './means.ts'
import type { TakesEffect } from './plan.ts'
import type { Level } from './profile.ts'

/** A setting as it was before gigarow touched it. */
export interface Before {
  /** Text in postgresql.auto.conf, or with the role and database; null when it was not there. */
  readonly raw: string | null
  /** pg_settings.setting, source and sourcefile. */
  readonly effective: string
  readonly source: string
  readonly sourcefile: string | null
}

export interface JournaledStep {
  readonly name: string
  /** The text that ALTER SYSTEM writes. */
  readonly wanted: string
  /** What pg_settings.setting then says. */
  readonly effective: string
  readonly level: Level
  readonly takesEffect: TakesEffect
  /** Set for this role and database; missing: in postgresql.auto.conf. */
  readonly scope?: Scope
}

/** Who puts the settings back at the end of what they are for; nobody: the user has said `tune apply`. */
export interface Owner extends Holder {
  /** seed, … */
  readonly doing: string
}

export interface PlanRecord {
  readonly type: 'plan'
  readonly version: 1
  readonly session: string
  readonly profile: string
  readonly systemIdentifier: string
  readonly dataDirectory: string
  /** For people, without the password. */
  readonly server: string
  /** Of the server's machine, to recognise a crash of it. */
  readonly bootId: string | null
  /** --only and --except; missing: all of the profile. */
  readonly selection?: string
  readonly owner?: Owner
  readonly settings: readonly JournaledStep[]
}

/** What stands in the journal, in this order. Every record is on disk before what it announces is done. */
export type JournalEntry =
  | PlanRecord
  | { readonly type: 'intent'; readonly name: string; readonly before: Before; readonly after: string }
  | { readonly type: 'done'; readonly name: string }
  | { readonly type: 'reloaded' }
  | { readonly type: 'restarting' }
  | { readonly type: 'restarted' }
  | { readonly type: 'verified'; readonly name: string; readonly effective: string }
  | { readonly type: 'pending'; readonly names: readonly string[] }
  | { readonly type: 'applied' }
  | { readonly type: 'owner'; readonly owner: Owner }
  | { readonly type: 'revert' }
  | { readonly type: 'revert-intent'; readonly name: string; readonly to: string | null }
  | { readonly type: 'reverted'; readonly name: string }
  | { readonly type: 'kept'; readonly name: string }
  | { readonly type: 'synced'; readonly suspect: boolean }
  | { readonly type: 'verified-back'; readonly name: string; readonly effective: string }
  | { readonly type: 'closed' }

export type JournalRecord = JournalEntry & { readonly at: string }

export interface JournaledSetting extends JournaledStep {
  /** Missing while nothing was announced for it. */
  readonly before?: Before
  readonly done: boolean
  readonly verified: boolean
  /** Put back, or left to somebody else by the user's decision. */
  readonly finished: boolean
}

export interface JournalState {
  readonly plan: PlanRecord
  readonly since: string
  readonly owner: Owner | undefined
  readonly phase: 'applying' | 'applied' | 'reverting'
  readonly settings: readonly JournaledSetting[]
  /** Everything is written; what is left is a restart that gigarow could not make. */
  readonly waiting: boolean
  readonly synced: boolean
  /** The machine went down while durability was off. */
  readonly suspect: boolean
}

/** What the records since the last 'closed' amount to; undefined when nothing is open. */
export function foldJournal(records: readonly JournalRecord[]): JournalState | undefined {
  let state: JournalState | undefined
  for (const record of records) {
    if (record.type === 'plan') state = begin(record)
    else if (record.type === 'closed') state = undefined
    else if (state !== undefined) state = next(state, record)
  }
  return state
}

/** A profile that was put back. */
export interface ClosedTuning {
  readonly profile: string
  /** UTC, ISO 8601. */
  readonly at: string
  /** What it had turned off of durability. */
  readonly unsafe: readonly string[]
  /** The disks were brought up to date after that. */
  readonly synced: boolean
  /** The machine went down meanwhile: the data are not to be trusted. */
  readonly suspect: boolean
}

/** The last one of the journal. */
export function lastClosed(records: readonly JournalRecord[]): ClosedTuning | undefined {
  const end = records.findLastIndex((record) => record.type === 'closed')
  const state = foldJournal(records.slice(0, Math.max(end, 0)))
  if (state === undefined) return undefined
  const { plan, settings, synced, suspect } = state
  const unsafe = settings.flatMap((s) => (s.level === 'L3' && s.before !== undefined ? [s.name] : []))
  return { profile: plan.profile, at: records[end]!.at, unsafe, synced, suspect }
}

function begin(plan: PlanRecord & { at: string }): JournalState {
  const settings = plan.settings.map((s) => ({ ...s, done: false, verified: false, finished: false }))
  return {
    plan,
    since: plan.at,
    owner: plan.owner,
    phase: 'applying',
    settings,
    waiting: false,
    synced: false,
    suspect: false,
  }
}

function next(state: JournalState, record: JournalEntry): JournalState {
  const update = (name: string, change: Partial<JournaledSetting>): JournalState => ({
    ...state,
    settings: state.settings.map((s) => (s.name === name ? { ...s, ...change } : s)),
  })
  switch (record.type) {
    case 'intent':
      return update(record.name, { before: record.before })
    case 'done':
      return update(record.name, { done: true })
    case 'verified':
      return update(record.name, { verified: true })
    case 'applied':
      return { ...state, phase: 'applied', waiting: false }
    case 'owner':
      return { ...state, owner: record.owner }
    case 'revert':
      return { ...state, phase: 'reverting', waiting: false }
    case 'pending':
      return { ...state, waiting: true }
    case 'restarting':
      return { ...state, waiting: false }
    case 'reverted':
    case 'kept':
      return update(record.name, { finished: true })
    case 'synced':
      return { ...state, synced: true, suspect: state.suspect || record.suspect }
    default:
      return state
  }
}
