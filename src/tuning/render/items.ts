import { GigarowError, nearest } from '../../kernel/index.ts'
import { KNOWN_SETTINGS } from '../known-settings.generated.ts'
import { resolveValue, type TuningPlan, versionNote } from '../plan.ts'
import type { Hardware, Level, TuningProfile } from '../profile.ts'
import { type Selection, select } from '../select.ts'
import type { ServerSetting } from '../server.ts'
import { normalise } from '../values.ts'

/** A setting that is to be written out for somebody else to make. */
export interface RenderItem {
  readonly name: string
  /** As in postgresql.conf, with its unit. */
  readonly wanted: string
  /** As a bare number in the setting's own unit, which parameter groups want. */
  readonly bare: string
  readonly boolean: boolean
  readonly restart: boolean
  /** A larger number that is there already is to stay. */
  readonly atLeast: boolean
  readonly level: Level
  readonly reason: string
}

const NAME = /^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)*$/

/** What a plan for a live server leaves to be done: also what this user may not set. */
export function itemsOfPlan(plan: TuningPlan): readonly RenderItem[] {
  return plan.settings
    .filter((s) => s.action === 'set' || (s.forbidden === true && s.wanted !== ''))
    .map(({ name, wanted, takesEffect, level, reason }) => ({
      ...bareOf(name, wanted),
      name,
      wanted,
      restart: takesEffect === 'restart',
      // The plan has compared it already, where the server let us see it.
      atLeast: false,
      level,
      reason,
    }))
}

export interface OfflineInput {
  readonly hardware: Hardware
  /** The major version of a server that is not asked. */
  readonly major: number
  readonly selection?: Selection
}

/** The same without a server: by what gigarow knows of PostgreSQL 14 to 18. Throws TUNING_UNKNOWN_SETTING. */
export function itemsOfProfile(
  profile: TuningProfile,
  { hardware, major, selection = {} }: OfflineInput,
): readonly RenderItem[] {
  return select(profile, selection).flatMap(([name, spec]) => {
    checkName(name, profile)
    const wanted = resolveValue(spec, hardware)
    if (wanted === undefined || spec.level === 'L0' || versionNote(spec, major) !== undefined) return []
    const restart = spec.level === 'L2' || spec.level === 'L3'
    const { level, reason, atLeast = false } = spec
    return [{ ...bareOf(name, wanted), name, wanted, restart, atLeast, level, reason }]
  })
}

function checkName(name: string, profile: TuningProfile): void {
  const ours = Object.hasOwn(KNOWN_SETTINGS, name) || Object.hasOwn(profile.others ?? {}, name)
  if (NAME.test(name) && (ours || name.includes('.'))) return
  const near = nearest(name, Object.keys(KNOWN_SETTINGS))
  throw new GigarowError(
    'TUNING_UNKNOWN_SETTING',
    `PostgreSQL 14 to 18 have no setting "${name}" (profile ${profile.name}).`,
    {
      facts: { setting: name, profile: profile.name, ...(near === undefined ? {} : { nearest: near }) },
      hint: near === undefined ? 'Correct the profile.' : `Did you mean ${near}?`,
    },
  )
}

function bareOf(name: string, wanted: string): Pick<RenderItem, 'bare' | 'boolean'> {
  const kind = (KNOWN_SETTINGS as Readonly<Record<string, string>>)[name]
  const boolean = kind === 'bool'
  return { boolean, bare: kind === undefined ? wanted : normalise(settingOf(name, kind), wanted) }
}

/** A setting without bounds: those of the real server count, and it will speak up. */
function settingOf(name: string, kind: string): ServerSetting {
  const unit = /^(\d*[kM]?B|ms|s|min)$/.test(kind) ? kind : null
  const vartype = kind.startsWith('enum')
    ? 'enum'
    : unit === null
      ? kind
      : /B$/.test(kind)
        ? 'integer'
        : 'real'
  return {
    name,
    setting: '',
    unit,
    vartype: vartype as ServerSetting['vartype'],
    context: '',
    min: '-Infinity',
    max: 'Infinity',
    enumvals: kind.startsWith('enum ') ? kind.slice(5).split('|') : null,
    source: '',
    sourcefile: null,
    pendingRestart: false,
  }
}
