import { GigarowError } from '../kernel/index.ts'
import type { OnlyKnown, ProfileSettings } from './setting-types.ts'

/** san: a disk behind a network, cloud volumes too. unknown: nobody knows, so formulas leave settings of the disk alone. */
export type DiskKind = 'hdd' | 'ssd' | 'nvme' | 'san' | 'unknown'

/** What the formulas of a profile see: the machine of the server, as far as its control group lets it use it. */
export interface Hardware {
  readonly cpus: number
  readonly memoryBytes: number
  /** Free bytes on the disk of the data directory. */
  readonly diskFreeBytes: number
  /** Free bytes on the disk of pg_wal, which is the same one unless somebody moved it. */
  readonly walFreeBytes: number
  readonly disk: DiskKind
  readonly walDisk: DiskKind
  readonly container: boolean
  /** The server's max_connections; null where no server was asked. */
  readonly connections: number | null
  /** Its major version; null where that is not known. */
  readonly major: number | null
}

/** As in postgresql.conf: '4GB', '30min', 0.9, 8, true. A number has the setting's own unit (see pg_settings.unit). */
export type SettingValue = string | number | boolean

/** A pure function: the same hardware gives the same value. undefined leaves the setting as it is. */
export type Formula<V extends SettingValue = SettingValue> = (hardware: Hardware) => V | undefined

/**
 * L0: for sessions that load, never set for the whole server. L1: safe, needs a reload. L2: safe, needs a restart.
 * L3: durability; needs --unsafe on a server that is not gigarow's own.
 */
export type Level = 'L0' | 'L1' | 'L2' | 'L3'

export interface SettingSpec<V extends SettingValue = SettingValue> {
  readonly value: V | Formula<V>
  /** One sentence for people: what it buys and what it costs. */
  readonly reason: string
  readonly level: Level
  /** A number that is larger on the server already stays as it is. */
  readonly atLeast?: boolean
  /** Instead of a value that this server does not take: not built in, or out of its bounds. */
  readonly otherwise?: V
  /** Left out, and said so, on a server that has no such setting. */
  readonly optional?: boolean
  /** Majors that the setting is for: left out, and said so, on others. */
  readonly since?: number
  readonly until?: number
}

export interface TuningProfile {
  readonly name: string
  readonly description: string
  /** Known names have values of their kind; those with a dot are of extensions. */
  readonly settings: ProfileSettings
  /** Settings that gigarow does not know by name, such as those of a newer PostgreSQL: only the server checks them. */
  readonly others?: Readonly<Record<string, SettingSpec>>
}

/** All settings of a profile, the others too. */
export function specsOf(profile: TuningProfile): readonly (readonly [string, SettingSpec])[] {
  const known = Object.entries(profile.settings as Readonly<Record<string, SettingSpec>>)
  return [...known, ...Object.entries(profile.others ?? {})]
}

const LEVELS: readonly string[] = ['L0', 'L1', 'L2', 'L3'] satisfies Level[]

/**
 * Declares a profile: `export default defineTuning({ name, description, settings })` in tuning/NAME.ts.
 * Throws TUNING_INVALID with every problem of its shape; whether a setting exists and takes the value, the server says.
 */
export function defineTuning<S extends ProfileSettings>(
  profile: Omit<TuningProfile, 'settings'> & { readonly settings: S & OnlyKnown<S> },
): TuningProfile {
  const problems = profileProblems(profile)
  if (problems.length > 0) {
    throw new GigarowError(
      'TUNING_INVALID',
      `The tuning profile has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
      { facts: { problems }, hint: 'docs/tuning.md shows what a profile looks like.' },
    )
  }
  return Object.freeze({
    ...profile,
    settings: frozen(profile.settings as Readonly<Record<string, SettingSpec>>) as ProfileSettings,
    ...(profile.others === undefined ? {} : { others: frozen(profile.others) }),
  })
}

function frozen(specs: Readonly<Record<string, SettingSpec>>): Readonly<Record<string, SettingSpec>> {
  const entries = Object.entries(specs).map(([name, spec]) => [name, Object.freeze({ ...spec })] as const)
  return Object.freeze(Object.fromEntries(entries))
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
  if (value.others !== undefined && !isObject(value.others))
    return [...problems, 'others: expected an object']
  for (const [name, spec] of Object.entries({ ...value.settings, ...(value.others as object | undefined) })) {
    problems.push(...specProblems(name, spec))
  }
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
  for (const bound of ['since', 'until'] as const) {
    if (spec[bound] !== undefined && !Number.isInteger(spec[bound]))
      problems.push(`${at}.${bound}: expected a major version such as 18`)
  }
  return problems
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
