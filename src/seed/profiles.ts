import { displayName, GigarowError, nearest } from '../kernel/index.ts'
import type { Profile, TableFill } from './profile.ts'

/** A file of seeds/ and what it exports. */
export interface LoadedFile {
  readonly file: string
  readonly exports: Readonly<Record<string, unknown>>
}

/** The profile of this name among the files' exports. Throws PROFILE_UNKNOWN, or SEED_INVALID where two have the name. */
export function pickProfile(loaded: readonly LoadedFile[], name: string): Profile {
  const found = listProfiles(loaded)
  const matches = found.filter(({ profile }) => profile.name === name)
  if (matches.length > 1) {
    const files = matches.map(({ file }) => file)
    throw new GigarowError('SEED_INVALID', `Profile "${name}" is defined in ${files.join(' and in ')}.`, {
      facts: { profile: name, files },
      hint: 'Give each profile a name of its own.',
    })
  }
  const [match] = matches
  if (match !== undefined) return match.profile
  const names = found.map(({ profile }) => profile.name)
  throw new GigarowError('PROFILE_UNKNOWN', `There is no profile "${name}".`, {
    facts: { profile: name, known: names },
    hint:
      names.length === 0
        ? 'No file in seeds/ exports one: write `export default defineSeed({ … })`.'
        : `${suggestion(name, names)}Known profiles: ${names.join(', ')}.`,
  })
}

export function listProfiles(loaded: readonly LoadedFile[]): { file: string; profile: Profile }[] {
  return loaded.flatMap(({ file, exports }) =>
    // A file may export one profile under two names.
    [...new Set(Object.values(exports))].filter(isProfile).map((profile) => ({ file, profile })),
  )
}

/** By its form: the user's file may have loaded another copy of this module. */
function isProfile(value: unknown): value is Profile {
  if (typeof value !== 'object' || value === null) return false
  const { name, seed, tables } = value as Partial<Profile>
  return typeof name === 'string' && typeof seed === 'number' && Array.isArray(tables)
}

/** The fill of a table given as name or schema.name. Throws TABLE_UNKNOWN. */
export function findFill(profile: Profile, table: string): TableFill {
  const found = profile.tables.find((fill) => {
    const { schema, name } = fill.table
    return table === `${schema}.${name}` || table === displayName(fill.table)
  })
  if (found !== undefined) return found
  const names = profile.tables.map((fill) => displayName(fill.table))
  throw new GigarowError('TABLE_UNKNOWN', `Profile "${profile.name}" does not fill a table "${table}".`, {
    facts: { profile: profile.name, table, known: names },
    hint: `${suggestion(table, names)}It fills: ${names.join(', ')}.`,
  })
}

/** The profile with some of its tables, given as name or schema.name; rows that they refer to are as before. Throws TABLE_UNKNOWN. */
export function onlyTables(profile: Profile, names: readonly string[]): Profile {
  const wanted = new Set(names.map((name) => findFill(profile, name)))
  return Object.freeze({
    ...profile,
    tables: Object.freeze(profile.tables.filter((fill) => wanted.has(fill))),
  })
}

function suggestion(name: string, names: readonly string[]): string {
  const close = nearest(name, names)
  return close === undefined ? '' : `Did you mean ${close}? `
}
