import { labelOf, type ObjectKey, type Table } from '../../model/index.ts'
import { labelOfKey, locksOn } from '../label.ts'
import type { Lock, LockMode, PlanHazard } from '../plan.ts'
import type { DiffContext } from '../rule.ts'
import { defaultOf, membersOf } from './tree.ts'

/** Stands for a table's place in its tree, for the order of statements: no object of the catalog. */
export function attachedKey(table: ObjectKey): ObjectKey {
  return `attached ${table}` as ObjectKey
}

export function detachedKey(table: ObjectKey): ObjectKey {
  return `detached ${table}` as ObjectKey
}

/** Stands for an index with all its parts, for the order of statements. */
export function readyKey(index: ObjectKey): ObjectKey {
  return `ready ${index}` as ObjectKey
}

/** On the table and all that inherit its columns, partitions included: an ALTER of a column goes down to them. */
export function locksOnTree(context: DiffContext, table: ObjectKey, mode: LockMode): readonly Lock[] {
  return heirsOf(context.from, table).flatMap((key) => locksOn(context, key, mode))
}

function heirsOf(catalog: DiffContext['from'], table: ObjectKey): readonly ObjectKey[] {
  const heirs = new Set([table])
  const children = childrenIn(catalog)
  // A set goes on with what is added to it meanwhile.
  for (const heir of heirs) for (const child of children.get(heir) ?? []) heirs.add(child)
  return [...heirs]
}

const childrenOf = new WeakMap<DiffContext['from'], ReadonlyMap<ObjectKey, readonly ObjectKey[]>>()

function childrenIn(catalog: DiffContext['from']): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  const known = childrenOf.get(catalog)
  if (known) return known
  const children = new Map<ObjectKey, ObjectKey[]>()
  for (const object of catalog.objects.values()) {
    if (object.kind !== 'table') continue
    const parents = [...object.inherits, ...(object.partitionOf ? [object.partitionOf.parent] : [])]
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), object.key])
  }
  childrenOf.set(catalog, children)
  return children
}

/** Measured: ATTACH leaves reads and writes of the parent alone; the default partition and referenced tables pay. */
export function attachLocks(parent: ObjectKey, table: Table, context: DiffContext): readonly Lock[] {
  const isFilled = context.from.objects.has(table.key)
  return [
    ...locksOn(context, parent, 'SHARE UPDATE EXCLUSIVE'),
    ...locksOn(context, table.key, 'ACCESS EXCLUSIVE'),
    ...defaultLocks(parent, table, context),
    ...referencedLocks(parent, context, isFilled ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE'),
  ]
}

/** Both are locked exclusively, for a moment. */
export function detachLocks(parent: ObjectKey, table: Table, context: DiffContext): readonly Lock[] {
  return [
    ...locksOn(context, parent, 'ACCESS EXCLUSIVE'),
    ...locksOn(context, table.key, 'ACCESS EXCLUSIVE'),
    ...defaultLocks(parent, table, context),
    ...referencedLocks(parent, context, 'SHARE ROW EXCLUSIVE'),
  ]
}

function defaultLocks(parent: ObjectKey, table: Table, context: DiffContext): readonly Lock[] {
  const other = defaultOf(context.from, parent)
  return other && other.key !== table.key ? locksOn(context, other.key, 'ACCESS EXCLUSIVE') : []
}

/**
 * The tables that foreign keys of the parent point at. A key that the partition has already is merged, and its triggers are
 * dropped there; so they are with the partition.
 */
export function referencedLocks(parent: ObjectKey, context: DiffContext, mode: LockMode): readonly Lock[] {
  const tables = membersOf(context.from, parent).constraints.flatMap(({ references }) => references ?? [])
  return [...new Set(tables)].flatMap((table) => locksOn(context, table, mode))
}

export function dropHazard(table: Table): PlanHazard {
  return {
    rule: 'drop-table',
    severity: 'drop',
    text: `drops the partition ${labelOf(table)} with all its rows; to keep them, detach it and leave it as a table`,
  }
}

export function defaultScanHazard(parent: ObjectKey, other: Table): PlanHazard {
  return {
    rule: 'attach-scans',
    severity: 'lock',
    text: `reads and writes of ${labelOf(other)}, the default partition of ${labelOfKey(parent)}, wait while it is read for rows of the new bound; without a default partition nothing waits`,
  }
}

export function unprovenHazard(table: Table, why: string): PlanHazard {
  return {
    rule: 'attach-scans',
    severity: 'lock',
    text: `reads and writes of ${labelOf(table)} wait while its rows are read: no CHECK can prove ${why}`,
  }
}

export function shrinkHazard(table: Table): PlanHazard {
  return {
    rule: 'attach-scans',
    severity: 'lock',
    text: `reads and writes of ${labelOf(table)} and of its parent wait while it is read for rows outside of its new bound`,
  }
}
