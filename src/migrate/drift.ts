import type { Catalog, ObjectKey, SchemaObject } from '../model/index.ts'
import { type Drift, type DriftInput, type DriftKind, type KeyedDrift, titleOf } from './drift-entry.ts'
import { changedFields, ownersOf } from './drift-objects.ts'
import { checkState } from './drift-state.ts'

/** How a live database differs from what it should be, and what is wrong with it that no DDL shows. Pure. */
export function findDrift(input: DriftInput): readonly Drift[] {
  const state = checkState(input)
  const said = new Set(state.map(({ key }) => key))
  const objects = compareObjects(input).filter(({ key }) => !said.has(key))
  return [...objects, ...state].map(({ key: _key, ...drift }) => drift).sort(byObject)
}

function byObject(a: Drift, b: Drift): number {
  return a.object < b.object ? -1 : a.object > b.object ? 1 : a.kind < b.kind ? -1 : 1
}

const WORDS = { added: 'is in the database only', missing: 'is not in the database' }

function compareObjects({ live, expected, words = WORDS }: DriftInput): readonly KeyedDrift[] {
  const added = onlyIn(live, expected)
  const missing = onlyIn(expected, live)
  return [
    ...added.map((object) => entry('added', object, { text: words.added })),
    ...missing.map((object) => entry('missing', object, { text: words.missing })),
    ...changed(live, expected),
  ]
}

/** What goes with something that is itself only there is not said again. */
function onlyIn(catalog: Catalog, other: Catalog): readonly SchemaObject[] {
  const alone = (key: ObjectKey) => catalog.objects.has(key) && !other.objects.has(key)
  return [...catalog.objects.values()].filter(
    (object) => alone(object.key) && !ownersOf(object, catalog).some(alone),
  )
}

function changed(live: Catalog, expected: Catalog): readonly KeyedDrift[] {
  const differences = new Map<ObjectKey, ReturnType<typeof changedFields>>()
  for (const [key, found] of live.objects) {
    const wanted = expected.objects.get(key)
    const fields = wanted === undefined ? undefined : changedFields(wanted, found)
    if (fields !== undefined) differences.set(key, fields)
  }
  return [...differences].flatMap(([key, fields]) => {
    const object = live.objects.get(key)!
    const sameAbove = ownersOf(object, live).some((owner) => {
      const above = differences.get(owner)
      return above?.expected === fields?.expected && above?.found === fields?.found
    })
    return sameAbove ? [] : [entry('changed', object, { text: 'differs', ...fields })]
  })
}

function entry(
  kind: DriftKind,
  object: SchemaObject,
  said: Pick<Drift, 'text' | 'expected' | 'found'>,
): KeyedDrift {
  return { kind, object: titleOf(object), key: object.key, ...said }
}
