import type { Catalog, ObjectKey, Table } from '../../model/index.ts'
import { labelOf } from '../../model/index.ts'
import type { Refusal } from '../plan.ts'
import type { Bound, Key } from './bound.ts'
import { contains, covers, type Order, overlaps } from './order.ts'
import {
  ancestorsOf,
  boundOf,
  defaultOf,
  isDefault,
  keyOf,
  membersOf,
  ordersOf,
  parentOf,
  tableIn,
} from './tree.ts'

/** What becomes of the partitions of one table that is partitioned before and after. */
export interface PartitionSet {
  readonly parent: Table
  readonly key: Key
  /** Not there before. */
  readonly created: readonly Table[]
  /** There before, elsewhere: as they are to be. */
  readonly attached: readonly Table[]
  /** The same table with another bound. */
  readonly rebound: readonly Rebound[]
  /** Gone, with rows that belong to one of the above. */
  readonly emptied: readonly Table[]
  /** The default partition that was there and may hold rows of one of the above. */
  readonly drained: Table | undefined
  /** The default partition that is there before and after. */
  readonly keptDefault: Table | undefined
  readonly moves: readonly Move[]
  /** Shrunk or gone, with rows that perhaps no new bound but only the default takes. */
  readonly spilling: readonly Table[]
  readonly refusals: readonly Refusal[]
}

export interface Rebound {
  readonly before: Table
  readonly after: Table
  /** Every row of it fits in its new bound. */
  readonly grows: boolean
}

/** Rows of `source` (as before) that belong to `target` (as after). */
export interface Move {
  readonly source: Table
  readonly target: Table
}

const cache = new WeakMap<Catalog, WeakMap<Catalog, Map<ObjectKey, PartitionSet | undefined>>>()

/** undefined where the table is not partitioned by the same key before and after. */
export function partitionSet(from: Catalog, to: Catalog, parent: ObjectKey): PartitionSet | undefined {
  const byTo = cache.get(from) ?? new WeakMap<Catalog, Map<ObjectKey, PartitionSet | undefined>>()
  cache.set(from, byTo)
  const sets = byTo.get(to) ?? new Map<ObjectKey, PartitionSet | undefined>()
  byTo.set(to, sets)
  if (!sets.has(parent)) sets.set(parent, build({ from, to, parent }))
  return sets.get(parent)
}

interface Sides {
  readonly from: Catalog
  readonly to: Catalog
  readonly parent: ObjectKey
}

function build({ from, to, parent: parentKey }: Sides): PartitionSet | undefined {
  const parent = tableIn(to, parentKey)
  const was = tableIn(from, parentKey)
  if (!parent?.partitionKey || was?.partitionKey !== parent.partitionKey) return undefined
  const children = membersOf(to, parentKey).partitions
  const incoming = incomingOf(children, { from, to, parent: parentKey }, ordersOf(to, parent))
  const parts = { from, to, parent, orders: ordersOf(to, parent), children, ...incoming }
  const emptied = emptiedBy(parts)
  const drained = drainedBy(parts)
  const keptDefault = children.find((table) => isDefault(table) && isPartition(from, table.key, parentKey))
  const moves = movesOf(parts, emptied, drained)
  return {
    parent,
    key: keyOf(parent),
    ...incoming,
    emptied,
    drained: moves.some(({ source }) => source === drained) ? drained : undefined,
    keptDefault,
    moves,
    spilling: spillingOf(parts, emptied),
    refusals: refusalsOf(parts, emptied),
  }
}

interface Incoming {
  readonly created: readonly Table[]
  readonly attached: readonly Table[]
  readonly rebound: readonly Rebound[]
}

interface Parts extends Incoming {
  readonly from: Catalog
  readonly to: Catalog
  readonly parent: Table
  readonly orders: readonly Order[]
  /** As after. */
  readonly children: readonly Table[]
}

function isPartition(catalog: Catalog, key: ObjectKey, parent: ObjectKey): boolean {
  return parentOf(tableIn(catalog, key)) === parent
}

function incomingOf(children: readonly Table[], { from, parent }: Sides, orders: readonly Order[]): Incoming {
  const before = (table: Table) => tableIn(from, table.key)
  const rebound = children.flatMap((after): Rebound[] => {
    const was = before(after)
    if (was === undefined || parentOf(was) !== parent) return []
    if (was.partitionOf!.bound === after.partitionOf!.bound) return []
    return [{ before: was, after, grows: contains(boundOf(after), boundOf(was), orders) === true }]
  })
  return {
    created: children.filter((table) => before(table) === undefined),
    attached: children.filter((table) => before(table) !== undefined && parentOf(before(table)) !== parent),
    rebound,
  }
}

/** As after: where rows may go. The default takes what is left. */
function targetsOf({ created, attached, rebound }: Incoming): readonly Table[] {
  return [...created, ...attached, ...rebound.map(({ after }) => after)].filter((table) => !isDefault(table))
}

function emptiedBy(parts: Parts): readonly Table[] {
  const { from, to, parent, orders } = parts
  const gone = membersOf(from, parent.key).partitions.filter((table) => !to.objects.has(table.key))
  return gone.filter(
    (table) =>
      !isDefault(table) &&
      targetsOf(parts).some((target) => overlaps(boundOf(table), boundOf(target), orders) !== false),
  )
}

function drainedBy(parts: Parts): Table | undefined {
  const old = defaultOf(parts.from, parts.parent.key)
  return old && targetsOf(parts).length > 0 ? old : undefined
}

function movesOf(parts: Parts, emptied: readonly Table[], drained: Table | undefined): readonly Move[] {
  const { orders, rebound } = parts
  const targets = targetsOf(parts)
  const shrunk = rebound
    .filter(({ grows, before }) => !grows && !isDefault(before))
    .map(({ before }) => before)
  const pairs = [...emptied, ...shrunk].flatMap((source) =>
    targets
      .filter(
        (target) => target.key !== source.key && overlaps(boundOf(source), boundOf(target), orders) !== false,
      )
      .map((target) => ({ source, target })),
  )
  const into = (target: Table) =>
    !rebound.some(({ after, before }) => after === target && isWithin(after, before, orders))
  const fromDefault = drained
    ? targets
        .filter((target) => target.key !== drained.key && into(target))
        .map((target) => ({ source: drained, target }))
    : []
  return [...pairs, ...fromDefault]
}

/** The default has no rows of a bound that was there before. */
function isWithin(after: Table, before: Table, orders: readonly Order[]): boolean {
  return contains(boundOf(before), boundOf(after), orders) === true
}

function refusalsOf(parts: Parts, emptied: readonly Table[]): readonly Refusal[] {
  const hashes = hashRefusals(parts, emptied)
  if (hashes.length > 0) return hashes
  return [...homeless(parts, emptied), ...referenced(parts, emptied)]
}

function hashRefusals({ parent, rebound, created }: Parts, emptied: readonly Table[]): readonly Refusal[] {
  if (keyOf(parent).strategy !== 'hash' || (rebound.length === 0 && emptied.length === 0)) return []
  const changed = rebound.length > 0 ? rebound.map(({ after }) => labelOf(after)) : created.map(labelOf)
  return [
    {
      reason: `the modulus or remainder of ${changed.join(', ')} changes: which rows belong to which partition of ${labelOf(parent)} would have to be worked out for every row anew`,
      wayOut: `make a second table partitioned by the new modulus beside ${labelOf(parent)}, copy the rows in batches while a trigger keeps both alike, and swap their names`,
    },
  ]
}

function spillingOf({ orders, children, rebound }: Parts, emptied: readonly Table[]): readonly Table[] {
  const bounds = children.filter((table) => !isDefault(table)).map(boundOf)
  const sources = [...emptied, ...rebound.filter(({ grows }) => !grows).map(({ before }) => before)]
  return sources.filter((table) => !isDefault(table) && covers(bounds, boundOf(table), orders) !== true)
}

/** Rows that no partition of the new state takes. */
function homeless(
  { orders, children, rebound, parent }: Parts,
  emptied: readonly Table[],
): readonly Refusal[] {
  const bounds: readonly Bound[] = children.map(boundOf)
  const sources = [...emptied, ...rebound.filter(({ grows }) => !grows).map(({ before }) => before)]
  return sources
    .filter((table) => !isDefault(table) && covers(bounds, boundOf(table), orders) === false)
    .map((table) => ({
      reason: `rows of ${labelOf(table)} (${table.partitionOf!.bound}) may have no partition of ${labelOf(parent)} to go to`,
      wayOut: `declare partitions for all of that bound, or a default partition; rows that may go are deleted first, in a step of their own`,
    }))
}

/** The server refuses to detach a partition with rows that a foreign key points at, even for a moment. */
function referenced({ from, parent, rebound }: Parts, emptied: readonly Table[]): readonly Refusal[] {
  const moved = [...rebound.map(({ before }) => before), ...emptied]
  const keys = [parent, ...ancestorsOf(from, parent)].flatMap(
    (table) => membersOf(from, table.key).referencing,
  )
  const [first] = moved
  if (first === undefined || keys.length === 0) return []
  const names = keys.map(({ name }) => name).join(', ')
  return [
    {
      reason: `${moved.map(labelOf).join(', ')} would have to be detached from ${labelOf(parent)} for a moment, which the server refuses while foreign keys point at it: ${names}`,
      wayOut: `drop ${names} in a migration before this one, and add it again (NOT VALID, then VALIDATE) in one after it`,
    },
  ]
}

export function hasMoves(set: PartitionSet): boolean {
  return set.rebound.length > 0 || set.emptied.length > 0 || set.moves.length > 0
}
