import { displayName } from '../kernel/index.ts'
import { nameIn, type ObjectKey } from '../model/index.ts'
import type { Lock, LockMode } from './plan.ts'
import type { DiffContext } from './rule.ts'

/** The parts of the name in a key, unquoted: public, events, id. */
export function partsOf(key: ObjectKey): readonly string[] {
  return [...nameIn(key).matchAll(/"((?:[^"]|"")*)"/g)].map((match) => match[1]!.replaceAll('""', '"'))
}

/** For messages and locks: events, warehouse.facts, events.id. */
export function labelOfKey(key: ObjectKey): string {
  const [schema, name, ...rest] = partsOf(key)
  if (schema === undefined || name === undefined) return nameIn(key).replaceAll('"', '')
  return [displayName({ schema, name }), ...rest].join('.')
}

/** None on a table that the plan makes itself. */
export function locksOn(context: DiffContext, table: ObjectKey, mode: LockMode): readonly Lock[] {
  return context.isNew(table) ? [] : [{ relation: labelOfKey(table), mode }]
}
