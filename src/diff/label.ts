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

/** Also of what has a name of its own beside its key: a partition's index. */
function labelFor(key: ObjectKey, { from, to }: DiffContext): string {
  const object = to.objects.get(key) ?? from.objects.get(key)
  return object === undefined || !('name' in object) || typeof object.name !== 'object'
    ? labelOfKey(key)
    : plainName(object.name)
}

/** None on a relation that the plan makes itself, which nobody uses yet. */
export function locksOn(context: DiffContext, relation: ObjectKey, mode: LockMode): readonly Lock[] {
  return context.isNew(relation) ? [] : [{ relation: labelFor(relation, context), mode }]
}
