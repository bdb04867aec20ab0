import { plainIdent, plainName } from '../kernel/index.ts'
import { nameIn, type ObjectKey } from '../model/index.ts'
import type { Lock, LockMode } from './plan.ts'
import type { DiffContext } from './rule.ts'

/** The parts of the name in a key, unquoted: public, events, id. */
export function partsOf(key: ObjectKey): readonly string[] {
  return [...nameIn(key).matchAll(/"((?:[^"]|"")*)"/g)].map((match) => match[1]!.replaceAll('""', '"'))
}

/** For messages, advice and locks, quoted where SQL needs it: events, warehouse.facts, events.id. */
export function labelOfKey(key: ObjectKey): string {
  const [schema, name, ...rest] = partsOf(key)
  if (schema === undefined || name === undefined) return partsOf(key).map(plainIdent).join('.')
  return [plainName({ schema, name }), ...rest.map(plainIdent)].join('.')
}

/** None on a table that the plan makes itself. */
export function locksOn(context: DiffContext, table: ObjectKey, mode: LockMode): readonly Lock[] {
  return context.isNew(table) ? [] : [{ relation: labelOfKey(table), mode }]
}
