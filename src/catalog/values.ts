import type { Trigger } from '../model/index.ts'

export const textOr = (value: string | null): string | undefined => value ?? undefined

/** ["fillfactor=70"] as { fillfactor: '70' }, in the order of the names. */
export function toOptions(list: readonly string[] | null, prefix = ''): Record<string, string> {
  const pairs = (list ?? []).map((option): [string, string] => {
    const at = option.indexOf('=')
    return at < 0 ? [prefix + option, ''] : [prefix + option.slice(0, at), option.slice(at + 1)]
  })
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

export const NO_OPTIONS: Readonly<Record<string, string>> = Object.freeze({})

/** Most relations and columns have none: they share one. */
export function options(list: readonly string[] | null): Readonly<Record<string, string>> {
  return list === null ? NO_OPTIONS : Object.freeze(toOptions(list))
}

export const ENABLED: Readonly<Record<string, Trigger['enabled']>> = {
  O: 'origin',
  A: 'always',
  R: 'replica',
  D: 'disabled',
}

export const withoutSemicolon = (query: string): string => query.replace(/;\s*$/, '')
