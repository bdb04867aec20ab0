import type { Catalog, ObjectKey, SchemaObject } from '../model/index.ts'
import type { Call, Sides } from './context.ts'
import { ownerCalls, withOwner } from './owners.ts'
import type { Refusal } from './plan.ts'
import { replaceAll } from './replace.ts'
import type { DiffContext } from './rule.ts'
import { ruleOf } from './rules/index.ts'
import { same } from './same.ts'

export interface Changes {
  readonly calls: readonly Call[]
  readonly refusals: readonly Refusal[]
  /** Dropped or made anew, with all that goes with them. */
  readonly gone: ReadonlySet<ObjectKey>
  readonly made: ReadonlySet<ObjectKey>
  readonly context: DiffContext
}

/** What each rule says, before anything has its place. */
export function changesOf(sides: Sides): Changes {
  const { from, to } = sides
  const replaced = replaceAll(sides, differing(sides))
  const { gone, made, context } = replaced
  const madeElsewhere = new Set(
    replaced.alters.flatMap(({ actions }) => actions.flatMap(({ makes = [] }) => makes)),
  )
  const creates = [...made]
    .filter((key) => !madeElsewhere.has(key))
    .filter((key) => !isPartOfNewTable(key, to, made))
    .map((key) => to.objects.get(key)!)
  const created = creates.map(
    (object): Call => ({
      verb: 'create',
      object,
      actions: withOwner(object, ruleOf(object).create(object, context), context),
    }),
  )
  const all = [...created, ...replaced.alters, ...ownerCalls(context)]
  const covered = new Set(all.flatMap(({ actions }) => actions.flatMap(({ covers = [] }) => covers)))
  const calls = all.filter(({ object }) => !covered.has(object.key))
  const elsewhere = new Set(calls.flatMap(({ actions }) => actions.flatMap(({ drops = [] }) => drops)))
  for (const key of covered) elsewhere.add(key)
  const drops = [...gone].filter((key) => !elsewhere.has(key) && !ridesAlong(key, sides, gone))
  for (const key of drops) {
    const object = from.objects.get(key)!
    calls.push({ verb: 'drop', object, actions: ruleOf(object).drop(object, context) })
  }
  return { calls, refusals: replaced.refusals, gone, made, context }
}

function differing({ from, to }: Sides): readonly (readonly [SchemaObject, SchemaObject])[] {
  const pairs: (readonly [SchemaObject, SchemaObject])[] = []
  for (const [key, before] of from.objects) {
    const after = to.objects.get(key)
    if (after && !same(before, after)) pairs.push([before, after])
  }
  return pairs
}

/** CREATE TABLE makes its columns. */
function isPartOfNewTable(key: ObjectKey, to: Catalog, made: ReadonlySet<ObjectKey>): boolean {
  const object = to.objects.get(key)!
  return object.kind === 'column' && made.has(object.table)
}

/** It goes with what it belongs to. A circle of foreign keys has to be cut before its tables can go. */
function ridesAlong(key: ObjectKey, { fromNeeds, deferred }: Sides, gone: ReadonlySet<ObjectKey>): boolean {
  return !deferred.has(key) && [...fromNeeds.owners(key)].some((owner) => gone.has(owner))
}
