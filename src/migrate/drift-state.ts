import { addTo, displayName } from '../kernel/index.ts'
import {
  type Catalog,
  type Index,
  type ObjectKey,
  objectKey,
  partKey,
  type SchemaObject,
  type Table,
} from '../model/index.ts'
import { type DriftInput, type DriftKind, type KeyedDrift, titleOf } from './drift-entry.ts'
import { shapeOf } from './drift-objects.ts'
import { isOfPolicy, leavesOf, premadeUntil, spanOf } from './policies.ts'

/** What is wrong with a database although its definitions may be right. */
export function checkState(input: DriftInput): readonly KeyedDrift[] {
  const { live, expected } = input
  const found: KeyedDrift[] = []
  for (const object of live.objects.values()) found.push(...stateOf(object, expected.objects.get(object.key)))
  return [
    ...found,
    ...strangeOwners(input),
    ...leafIndexes(live),
    ...input.policies.flatMap((policy) => policyDrift(policy, input)),
    ...unknown(input),
  ]
}

type Say = (kind: DriftKind, text: string) => KeyedDrift

/** A state that the expected one has as well was meant. */
function stateOf(object: SchemaObject, expected: SchemaObject | undefined): readonly KeyedDrift[] {
  const say: Say = (kind, text) => ({ kind, key: object.key, object: titleOf(object), text })
  switch (object.kind) {
    case 'index':
      if (object.valid || (expected?.kind === 'index' && !expected.valid)) return []
      return [
        say(
          'invalid-index',
          'is not valid: it was not built to its end, or a partition has none; queries do not use it',
        ),
      ]
    case 'constraint':
      if (object.validated || (expected?.kind === 'constraint' && !expected.validated)) return []
      return [say('unvalidated-constraint', 'is NOT VALID: rows that were there before may break it')]
    case 'column':
      if (object.notNullValid || (expected?.kind === 'column' && !expected.notNullValid)) return []
      return [
        say('unvalidated-constraint', 'is NOT NULL but NOT VALID: rows that were there before may hold NULL'),
      ]
    case 'domain': {
      const checks = object.checks.filter((c) => !c.validated).map((c) => c.name)
      return checks.length === 0
        ? []
        : [say('unvalidated-constraint', `has checks that are NOT VALID: ${checks.join(', ')}`)]
    }
    case 'table':
      if (!object.partitionOf?.detachPending) return []
      return [say('pending-detach', 'is half detached: ALTER TABLE … DETACH PARTITION … FINALIZE ends it')]
    case 'trigger':
      if (object.enabled !== 'disabled' || (expected?.kind === 'trigger' && expected.enabled === 'disabled'))
        return []
      return [say('disabled-trigger', 'is disabled: it does not fire')]
    case 'matview':
      if (object.populated || (expected?.kind === 'matview' && !expected.populated)) return []
      return [
        say('empty-matview', 'holds nothing, and queries on it fail: REFRESH MATERIALIZED VIEW fills it'),
      ]
    default:
      return []
  }
}

/** Where the expected state names an owner: migrations are replayed by somebody, whose own objects say nothing. Else a partition is its parent's owner's. */
function strangeOwners({ live, expected }: DriftInput): readonly KeyedDrift[] {
  return [...(live.owners?.of ?? [])].flatMap(([key, found]): KeyedDrift[] => {
    const object = live.objects.get(key)
    const named = expected.owners?.of.get(key)
    const meant = named === expected.owners?.reader ? undefined : named
    const above = object?.kind === 'table' ? object.partitionOf?.parent : undefined
    const wanted = meant ?? (above && live.owners?.of.get(above))
    if (object === undefined || wanted === undefined || wanted === found) return []
    const text = meant === undefined ? 'belongs to another role than its parent' : 'belongs to another role'
    return [{ kind: 'changed', key, object: titleOf(object), text, expected: wanted, found }]
  })
}

/** Each partition has to have an index under each index of its parent. */
function leafIndexes(live: Catalog): readonly KeyedDrift[] {
  const indexes = [...live.objects.values()].filter((o): o is Index => o.kind === 'index')
  const byTable = new Map<ObjectKey, Index[]>()
  for (const index of indexes) addTo(byTable, index.table, index)
  const tables = [...live.objects.values()].filter(
    (o): o is Table => o.kind === 'table' && o.partitionOf !== undefined,
  )
  return tables.flatMap((table) => {
    const own = byTable.get(table.key) ?? []
    return (byTable.get(table.partitionOf!.parent) ?? [])
      .filter((above) => !own.some((index) => index.parent === above.key))
      .map((above) => leafWithout(table, above, own))
  })
}

function leafWithout(table: Table, above: Index, own: readonly Index[]): KeyedDrift {
  const twin = own.find((index) => index.parent === undefined && shapeOf(index) === shapeOf(above))
  const parent = displayName(above.name)
  if (twin !== undefined) {
    const text = `looks like ${parent} and is not attached to it: ALTER INDEX … ATTACH PARTITION does that`
    return { kind: 'unattached-index', key: twin.key, object: titleOf(twin), text }
  }
  const key = partKey(above.key, table.key)
  return { kind: 'leaf-without-index', key, object: titleOf(table), text: `has no index under ${parent}` }
}

function policyDrift(
  policy: DriftInput['policies'][number],
  { live, now }: DriftInput,
): readonly KeyedDrift[] {
  const key = objectKey('table', policy.table)
  if (!live.objects.has(key)) return []
  const leaves = leavesOf(live, policy.table).map((leaf) => ({ ...leaf, span: spanOf(leaf.bound) }))
  const strange = leaves.filter(({ span }) => !isOfPolicy(policy, span))
  const outside = strange.map(({ name, bound }): KeyedDrift => {
    const leaf = objectKey('table', name)
    const text = `is no partition of the policy of ${displayName(policy.table)} (every ${policy.every} from ${policy.from}): ${bound}`
    return { kind: 'outside-policy', key: leaf, object: `table ${displayName(name)}`, text }
  })
  const reached = Math.max(...leaves.map(({ span }) => span?.to ?? Number.NEGATIVE_INFINITY))
  const wanted = premadeUntil(policy, now)
  return reached >= wanted ? outside : [...outside, shortRunway(policy, reached, wanted)]
}

function shortRunway({ table }: DriftInput['policies'][number], reached: number, wanted: number): KeyedDrift {
  const until = Number.isFinite(reached) ? `reach to ${iso(reached)}` : 'do not exist'
  const text = `its partitions ${until} and should reach to ${iso(wanted)}`
  return { kind: 'short-runway', key: undefined, object: `table ${displayName(table)}`, text }
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z')
}

function unknown({ live, expected }: DriftInput): readonly KeyedDrift[] {
  return live.unknown
    .filter((name) => !expected.unknown.includes(name))
    .map((name) => ({
      kind: 'unknown-object',
      key: undefined,
      object: name,
      text: 'is of a kind that gigarow does not manage',
    }))
}
