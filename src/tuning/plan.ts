import { type Facts, GigarowError, nearest } from '../kernel/index.ts'
import { isListSetting } from './list-value.ts'
import type { Hardware, Level, SettingSpec, TuningProfile } from './profile.ts'
import type { ServerSetting, ServerState } from './server.ts'
import { confText, humanise, normalise, sameValue } from './values.ts'

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
  /** Whether there is anything to do. */
  readonly action: 'set' | 'unchanged' | 'skip'
  /** Why it is skipped or stays. */
  readonly note?: string
  /** What wins over it for some sessions: role x, database y. */
  readonly shadowedBy?: string
}

export interface TuningPlan {
  readonly profile: string
  readonly hardware: Hardware
  readonly settings: readonly PlannedSetting[]
  readonly needsRestart: boolean
  /** The settings of level L3 that would be changed. */
  readonly unsafe: readonly string[]
}

/** Sources that are not the server's own: they win over its files for some sessions. */
export const SESSION_SOURCES: readonly string[] = [
  'database',
  'user',
  'database user',
  'client',
  'session',
  'override',
]

/**
 * What applying the profile would do to this server. Pure. Throws TUNING_UNKNOWN_SETTING and TUNING_BAD_VALUE: the
 * server's own bounds and enum values count, never a table of ours.
 */
export function planTuning(profile: TuningProfile, hardware: Hardware, server: ServerState): TuningPlan {
  const settings = Object.entries(profile.settings).map(([name, spec]) => {
    const live = server.settings.get(name.toLowerCase())
    if (live !== undefined) return planSetting(live, spec, { hardware, server })
    if (spec.optional === true) return absent(name, spec)
    throw unknownSetting(name, profile.name, server)
  })
  const set = settings.filter((s) => s.action === 'set')
  return Object.freeze({
    profile: profile.name,
    hardware,
    settings: Object.freeze(settings),
    needsRestart: set.some((s) => s.takesEffect === 'restart'),
    unsafe: set.filter((s) => s.level === 'L3').map((s) => s.name),
  })
}

/** What a value is on this hardware, before any server is asked. */
export function resolveValue(spec: SettingSpec, hardware: Hardware): string {
  return confText(typeof spec.value === 'function' ? spec.value(hardware) : spec.value)
}

interface PlanInput {
  readonly hardware: Hardware
  readonly server: ServerState
}

function planSetting(
  live: ServerSetting,
  spec: SettingSpec,
  { hardware, server }: PlanInput,
): PlannedSetting {
  const wanted = resolveValue(spec, hardware)
  const effective = normalise(live, wanted)
  const shadows = server.overrides.filter((o) => o.name === live.name.toLowerCase()).map((o) => o.where)
  const decision = decide(live, { spec, effective, server })
  return Object.freeze({
    name: live.name,
    now: humanise(live, live.setting),
    wanted,
    effective,
    level: spec.level,
    reason: spec.reason,
    takesEffect: spec.level === 'L0' ? 'session' : live.context === 'postmaster' ? 'restart' : 'reload',
    ...decision,
    ...(shadows.length === 0 ? {} : { shadowedBy: shadows.join(', ') }),
  })
}

function decide(
  live: ServerSetting,
  { spec, effective, server }: { spec: SettingSpec; effective: string; server: ServerState },
): Pick<PlannedSetting, 'action' | 'note'> {
  if (live.context === 'internal') throw cannotBeSet(live, 'is fixed when the server is built or initialised')
  if (spec.level === 'L0')
    return { action: 'skip', note: 'for the loading sessions only, not for the server' }
  // Our own session may see the value of a role or database instead of the server's.
  const known = !live.pendingRestart && !SESSION_SOURCES.includes(live.source)
  // A pending value would come true with our restart: then what is in force now says nothing.
  if (known && sameValue(live, live.setting, effective)) return { action: 'unchanged' }
  if (spec.atLeast === true && known && Number(live.setting) > Number(effective)) {
    return { action: 'unchanged', note: 'more than wanted already' }
  }
  if (live.source === 'command line') {
    return { action: 'skip', note: 'given on the command line of the server, which wins over ALTER SYSTEM' }
  }
  const before = server.auto.get(live.name.toLowerCase())
  if (isListSetting(live.name) && before?.trim() === '') {
    throw cannotBeSet(live, 'is an empty list in postgresql.auto.conf, which SQL could not put back')
  }
  return { action: 'set' }
}

function absent(name: string, spec: SettingSpec): PlannedSetting {
  const wanted = typeof spec.value === 'function' ? '' : confText(spec.value)
  return Object.freeze({
    name,
    now: '-',
    wanted,
    effective: wanted,
    level: spec.level,
    reason: spec.reason,
    takesEffect: 'reload',
    action: 'skip',
    note: 'this version of PostgreSQL has no such setting',
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
