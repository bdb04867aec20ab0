import { type Facts, GigarowError, nearest } from '../kernel/index.ts'
import { KNOWN_SETTINGS } from './known-settings.generated.ts'
import { isListSetting } from './list-value.ts'
import { describeScope, type Means, mayInSession, meansFor, rawOf, type Scope } from './means.ts'
import type { Hardware, Level, SettingSpec, TuningProfile } from './profile.ts'
import { type Selection, select } from './select.ts'
import type { ServerSetting, ServerState } from './server.ts'
import { choosesItself, confText, humanise, normalise, sameValue } from './values.ts'

export type TakesEffect = 'session' | 'reload' | 'restart'

export interface PlannedSetting {
  readonly name: string
  /** For people, in the largest unit that is whole. */
  readonly now: string
  /** The text that ALTER SYSTEM gets. */
  readonly wanted: string
  /** What pg_settings.setting will say. */
  readonly effective: string
  readonly level: Level
  readonly reason: string
  readonly takesEffect: TakesEffect
  /** Set for this role and database only, because ALTER SYSTEM is not allowed; missing: for the whole server. */
  readonly scope?: Scope
  /** Whether there is anything to do. */
  readonly action: 'set' | 'unchanged' | 'skip'
  /** Skipped because this user may not set it: somebody who may has to (gigarow tune render). */
  readonly forbidden?: true
  /** The sessions of a load have to set it for themselves, and may: see sessionPlan(). */
  readonly inSession?: true
  /** Why it is skipped or stays. */
  readonly note?: string
  /** What wins over it for some sessions: role x, database y. */
  readonly shadowedBy?: string
}

export interface TuningPlan {
  readonly profile: string
  readonly hardware: Hardware
  /** What of the hardware is a guess. */
  readonly guessed: readonly (keyof Hardware)[]
  /** What there is to know of the server. */
  readonly notes: readonly string[]
  readonly settings: readonly PlannedSetting[]
  readonly needsRestart: boolean
  /** The settings of level L3 that would be changed. */
  readonly unsafe: readonly string[]
}

export const STANDBY_NOTE =
  'This server is a standby: only its own configuration is set. Settings of roles and databases come from its primary, and durability stays as it is.'

/** Sources that are not the server's own: they win over its files for some sessions. */
export const SESSION_SOURCES: readonly string[] = [
  'database',
  'user',
  'database user',
  'global',
  'client',
  'session',
]

export interface PlanFor {
  readonly hardware: Hardware
  readonly guessed?: readonly (keyof Hardware)[]
  readonly server: ServerState
  readonly selection?: Selection
}

/**
 * What applying the profile would do to this server. Pure. Throws TUNING_UNKNOWN_SETTING and TUNING_BAD_VALUE: the
 * server's own bounds and enum values count, never a table of ours.
 */
export function planTuning(profile: TuningProfile, { selection = {}, ...input }: PlanFor): TuningPlan {
  const settings = select(profile, selection).map(([name, spec]) => {
    const unfit = versionNote(spec, Math.floor(input.server.version / 10_000))
    if (unfit !== undefined) return absent(name, spec, { note: unfit })
    const live = input.server.settings.get(name.toLowerCase())
    if (live !== undefined) return planSetting(live, spec, input)
    if (spec.optional === true)
      return absent(name, spec, { note: 'this version of PostgreSQL has no such setting' })
    if (hidden(name, input.server)) {
      const wanted = resolveValue(spec, input.hardware) ?? ''
      return absent(name, spec, { wanted, note: 'this user may not see it', forbidden: true })
    }
    throw unknownSetting(name, profile.name, input.server)
  })
  const set = settings.filter((s) => s.action === 'set')
  return Object.freeze({
    profile: profile.name,
    hardware: input.hardware,
    guessed: input.guessed ?? [],
    notes: input.server.standby ? [STANDBY_NOTE] : [],
    settings: Object.freeze(settings),
    needsRestart: set.some((s) => s.takesEffect === 'restart'),
    unsafe: set.filter((s) => s.level === 'L3').map((s) => s.name),
  })
}

/** What a value is on this hardware, before any server is asked; undefined: left as it is. */
export function resolveValue(spec: SettingSpec, hardware: Hardware): string | undefined {
  const value = typeof spec.value === 'function' ? spec.value(hardware) : spec.value
  return value === undefined ? undefined : confText(value)
}

/** Why a setting is not for this major, or undefined. */
export function versionNote({ since, until }: SettingSpec, major: number): string | undefined {
  if (since !== undefined && major < since) return `for PostgreSQL ${since} and later`
  return until !== undefined && major > until ? `for PostgreSQL ${until} and earlier` : undefined
}

/** pg_settings hides a few settings from ordinary users. */
function hidden(name: string, { access }: ServerState): boolean {
  return !access.superuser && Object.hasOwn(KNOWN_SETTINGS, name)
}

type PlanInput = Omit<PlanFor, 'selection'>

function planSetting(live: ServerSetting, spec: SettingSpec, input: PlanInput): PlannedSetting {
  const { server } = input
  const chosen = choose(live, spec, input.hardware)
  const means = meansFor(live, server)
  const scope = means.kind === 'scope' ? means.scope : undefined
  const base = {
    name: live.name,
    now: humanise(live, live.setting),
    level: spec.level,
    reason: spec.reason,
    takesEffect: effectOf(live, spec, means),
    ...(scope === undefined ? {} : { scope }),
  }
  if (chosen === undefined) {
    const note = 'left as it is: the profile has no value for this hardware'
    return Object.freeze({ ...base, wanted: '', effective: live.setting, action: 'skip', note })
  }
  const { effective } = chosen
  const decision = remark(chosen, decide(live, { spec, effective, server, means }))
  const shadows = server.scoped.filter(
    (o) => o.name === live.name.toLowerCase() && (scope === undefined || !sameScope(o, scope)),
  )
  return Object.freeze({
    ...base,
    wanted: chosen.wanted,
    effective: chosen.effective,
    ...decision,
    ...(forSessions(live, { ...input, spec, ...chosen, means, decision }) ? { inSession: true } : {}),
    ...(shadows.length === 0 ? {} : { shadowedBy: shadows.map(describeScope).join(', ') }),
  })
}

function sameScope(a: Scope, b: Scope): boolean {
  return a.role === b.role && a.database === b.database
}

interface Chosen {
  readonly wanted: string
  readonly effective: string
  readonly note?: string
}

/** The profile's value, or the one for servers that do not take that. */
function choose(live: ServerSetting, spec: SettingSpec, hardware: Hardware): Chosen | undefined {
  const wanted = resolveValue(spec, hardware)
  if (wanted === undefined) return undefined
  try {
    return { wanted, effective: normalise(live, wanted) }
  } catch (error) {
    if (spec.otherwise === undefined) throw error
    const other = confText(spec.otherwise)
    return { wanted: other, effective: normalise(live, other), note: `this server does not take ${wanted}` }
  }
}

function remark({ note }: Chosen, decision: Decided): Decided {
  const notes = [decision.note, note].filter((text) => text !== undefined)
  return notes.length === 0 ? decision : { ...decision, note: notes.join('; ') }
}

/** Sources that say what this role or database has of its own. */
const OWN_SOURCES: readonly string[] = ['database', 'user', 'database user']

/**
 * What the server does not get, also because of its command line, and what the role or database of our sessions hides from
 * them: sessions may take it for themselves. Not on a standby, where nothing is loaded.
 */
function forSessions(
  live: ServerSetting,
  { spec, server, means, decision, effective }: DecideInput & { readonly decision: Decided },
): boolean {
  if (server.standby || !mayInSession(live, server)) return false
  if (decision.action === 'skip') return true
  if (means.kind === 'scope' && means.scope.role !== null) return false
  if (!OWN_SOURCES.includes(live.source) || sameValue(live, live.setting, effective)) return false
  return !(spec.atLeast === true && Number(live.setting) > Number(effective))
}

function effectOf(live: ServerSetting, spec: SettingSpec, means: Means): TakesEffect {
  if (spec.level === 'L0' || means.kind === 'scope') return 'session'
  return live.context === 'postmaster' ? 'restart' : 'reload'
}

type Decided = Pick<PlannedSetting, 'action' | 'note' | 'forbidden'>

/** A standby that has less of these than its primary stops replaying. */
const STANDBY_NEEDS: readonly string[] = [
  'max_connections',
  'max_worker_processes',
  'max_wal_senders',
  'max_prepared_transactions',
  'max_locks_per_transaction',
]

interface DecideInput {
  readonly spec: SettingSpec
  readonly effective: string
  readonly server: ServerState
  readonly means: Means
}

function decide(live: ServerSetting, { spec, effective, server, means }: DecideInput): Decided {
  if (live.context === 'internal') throw cannotBeSet(live, 'is fixed when the server is built or initialised')
  if (spec.level === 'L0')
    return { action: 'skip', note: 'for the loading sessions only, not for the server' }
  // Our own session may see the value of a role or database instead of the server's.
  const ownChoice = choosesItself(live, effective) && live.source === 'configuration file'
  const known =
    means.kind === 'scope' || (!live.pendingRestart && !ownChoice && !SESSION_SOURCES.includes(live.source))
  // A pending value would come true with our restart: then what is in force now says nothing.
  if (known && sameValue(live, live.setting, effective)) return { action: 'unchanged' }
  const more = Number(effective) > Number(live.setting)
  if (spec.atLeast === true && known && !more) {
    return { action: 'unchanged', note: 'more than wanted already' }
  }
  if (live.source === 'command line' && means.kind !== 'scope') {
    return { action: 'skip', note: 'given on the command line of the server, which wins over ALTER SYSTEM' }
  }
  if (means.kind === 'none') return { action: 'skip', note: means.why, forbidden: true }
  if (STANDBY_NEEDS.includes(live.name)) {
    if (more && server.standbys + server.slots > 0)
      return { action: 'skip', note: 'a standby with less stops replaying: raise it there first' }
    if (!more && server.standby)
      return { action: 'skip', note: 'with less than its primary has, a standby stops replaying' }
  }
  const scope = means.kind === 'scope' ? means.scope : undefined
  if (isListSetting(live.name) && rawOf(server, live.name, scope)?.trim() === '') {
    throw cannotBeSet(live, 'is an empty list, which SQL could not put back')
  }
  return { action: 'set' }
}

function absent(
  name: string,
  spec: SettingSpec,
  more: Pick<PlannedSetting, 'note' | 'forbidden'> & { readonly wanted?: string },
): PlannedSetting {
  const wanted = typeof spec.value === 'function' ? '' : confText(spec.value)
  return Object.freeze({
    name,
    now: '-',
    wanted,
    effective: wanted,
    level: spec.level,
    reason: spec.reason,
    takesEffect: spec.level === 'L2' ? 'restart' : 'reload',
    action: 'skip',
    ...more,
  })
}

function unknownSetting(name: string, profile: string, server: ServerState): GigarowError {
  const near = nearest(name, server.settings.keys())
  const facts: Facts = { setting: name, profile, version: server.version, ...(near ? { nearest: near } : {}) }
  return new GigarowError(
    'TUNING_UNKNOWN_SETTING',
    `PostgreSQL has no setting "${name}" (profile ${profile}).`,
    {
      facts,
      hint: near
        ? `Did you mean ${near}? Nothing was changed.`
        : 'Correct the profile, or mark the setting `optional: true` when only some versions have it. Nothing was changed.',
    },
  )
}

function cannotBeSet(live: ServerSetting, why: string): GigarowError {
  return new GigarowError('TUNING_BAD_VALUE', `${live.name} ${why}.`, {
    facts: { setting: live.name },
    hint: 'Take it out of the profile. Nothing was changed.',
  })
}
