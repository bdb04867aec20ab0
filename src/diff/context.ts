import type { Catalog, ObjectKey, SchemaObject } from '../model/index.ts'
import { type Needs, needsIn, tableOf } from './needs.ts'
import type { Action, DiffContext, DiffOptions } from './rule.ts'
import type { OnlineRests } from './rules/online-rest.ts'

/** The actions of one call of a rule. */
export interface Call {
  readonly verb: 'rename' | 'create' | 'drop' | 'alter'
  readonly object: SchemaObject
  readonly actions: readonly Action[]
}

export interface Sides {
  readonly from: Catalog
  readonly to: Catalog
  readonly fromNeeds: Needs
  readonly toNeeds: Needs
  readonly options: DiffOptions
  readonly rests: OnlineRests
  /** Objects that are part of a circle, and which of their needs is met later. */
  readonly deferred: ReadonlyMap<ObjectKey, ReadonlySet<ObjectKey>>
}

export function sidesOf(
  from: Catalog,
  to: Catalog,
  { options, rests }: Pick<Sides, 'options' | 'rests'>,
): Sides {
  return { from, to, fromNeeds: needsIn(from), toNeeds: needsIn(to), options, rests, deferred: new Map() }
}

export function contextOf(
  sides: Sides,
  gone: ReadonlySet<ObjectKey>,
  made: ReadonlySet<ObjectKey>,
): DiffContext {
  const { from, to, options, rests, deferred } = sides
  return {
    from,
    to,
    options,
    rests,
    isNew: (key) => made.has(key) || hasTableIn(made, to, key),
    isGone: (key) => gone.has(key) || hasTableIn(gone, from, key),
    isDeferred: (key) => deferred.has(key),
  }
}

function hasTableIn(set: ReadonlySet<ObjectKey>, catalog: Catalog, key: ObjectKey): boolean {
  const object = catalog.objects.get(key)
  const table = object && tableOf(object, catalog)
  return table !== undefined && set.has(table)
}
