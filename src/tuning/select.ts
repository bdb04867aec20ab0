import { GigarowError, nearest } from '../kernel/index.ts'
import { type SettingSpec, specsOf, type TuningProfile } from './profile.ts'

/** Part of a profile, by the names of its settings. */
export interface Selection {
  readonly only?: readonly string[]
  readonly except?: readonly string[]
}

/** The settings that are meant, in the profile's order. Throws USAGE for a name that the profile does not have. */
export function select(
  profile: TuningProfile,
  { only, except = [] }: Selection,
): readonly (readonly [string, SettingSpec])[] {
  const specs = specsOf(profile)
  const names = new Map(specs.map(([name]) => [name.toLowerCase(), name]))
  for (const name of [...(only ?? []), ...except]) {
    if (!names.has(name.toLowerCase())) throw notInProfile(name, profile.name, [...names.values()])
  }
  const has = (list: readonly string[], name: string) =>
    list.some((entry) => entry.toLowerCase() === name.toLowerCase())
  return specs.filter(([name]) => (only === undefined || has(only, name)) && !has(except, name))
}

/** For the journal, and to compare with another one. */
export function describeSelection({ only, except = [] }: Selection): string {
  const list = (names: readonly string[]) =>
    [...names]
      .map((n) => n.toLowerCase())
      .sort()
      .join(',')
  return [only === undefined ? '' : `only ${list(only)}`, except.length === 0 ? '' : `except ${list(except)}`]
    .filter((text) => text !== '')
    .join(' ')
}

function notInProfile(name: string, profile: string, known: readonly string[]): GigarowError {
  const near = nearest(name, known)
  return new GigarowError('USAGE', `The profile ${profile} has no setting "${name}".`, {
    facts: { setting: name, profile, known },
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}It has: ${known.join(', ')}.`,
  })
}
