import { GigarowError } from '../kernel/index.ts'

/** What the formulas of a profile see: the machine of the server, as far as its control group lets it use it. */
export interface Hardware {
  readonly cpus: number
  readonly memoryBytes: number
  /** Free bytes on the disk of the data directory. */
  readonly diskFreeBytes: number
  /** Free bytes on the disk of pg_wal, which is the same one unless somebody moved it. */
  readonly walFreeBytes: number
}

/** As in postgresql.conf: '4GB', '30min', 0.9, 8, true. A number has the setting's own unit (see pg_settings.unit). */
export type SettingValue = string | number | boolean

/** A pure function: the same hardware gives the same value. */
export type Formula = (hardware: Hardware) => SettingValue

/**
 * L0: for sessions that load, never set for the whole server. L1: safe, needs a reload. L2: safe, needs a restart.
 * L3: durability; needs --unsafe on a server that is not gigarow's own.
 */
export type Level = 'L0' | 'L1' | 'L2' | 'L3'

export interface SettingSpec {
  readonly value: SettingValue | Formula
  /** One sentence for people: what it buys and what it costs. */
  readonly reason: string
  readonly level: Level
  /** A number that is larger on the server already stays as it is. */
  readonly atLeast?: boolean
  /** Left out, and said so, on a server that has no such setting. */
  readonly optional?: boolean
}

export interface TuningProfile {
  readonly name: string
  readonly description: string
  readonly settings: Readonly<Record<string, SettingSpec>>
}

const LEVELS: readonly string[] = ['L0', 'L1', 'L2', 'L3'] satisfies Level[]

/**
 * Declares a profile: `export default defineTuning({ name, description, settings })` in tuning/NAME.ts.
 * Throws TUNING_INVALID with every problem of its shape; whether a setting exists and takes the value, the server says.
 */
export function defineTuning(profile: TuningProfile): TuningProfile {
  const problems = profileProblems(profile)
  if (problems.length > 0) {
    throw new GigarowError(
      'TUNING_INVALID',
      `The tuning profile has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
      { facts: { problems }, hint: 'docs/tuning.md shows what a profile looks like.' },
    )
  }
  const settings = Object.entries(profile.settings).map(([name, spec]) => [name, Object.freeze({ ...spec })])
  return Object.freeze({ ...profile, settings: Object.freeze(Object.fromEntries(settings)) })
}

/** Every problem of what a user's file exports; empty for a profile. */
export function profileProblems(value: unknown): readonly string[] {
  if (!isObject(value)) return ['expected an object with name, description and settings']
  const problems: string[] = []
  if (typeof value.name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(value.name)) {
    problems.push('name: expected lower-case letters, digits and hyphens')
  }
  if (typeof value.description !== 'string') problems.push('description: expected a sentence')
  if (!isObject(value.settings)) return [...problems, 'settings: expected an object']
  for (const [name, spec] of Object.entries(value.settings)) problems.push(...specProblems(name, spec))
  return problems
}

function specProblems(name: string, spec: unknown): string[] {
  const at = `settings.${name}`
  if (!isObject(spec)) return [`${at}: expected { value, reason, level }`]
  const problems: string[] = []
  if (!['string', 'number', 'boolean', 'function'].includes(typeof spec.value)) {
    problems.push(`${at}.value: expected a string, number, boolean or a function of the hardware`)
  }
  if (typeof spec.reason !== 'string' || spec.reason === '')
    problems.push(`${at}.reason: expected a sentence`)
  if (typeof spec.level !== 'string' || !LEVELS.includes(spec.level)) {
    problems.push(`${at}.level: expected one of ${LEVELS.join(', ')}`)
  }
  return problems
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
