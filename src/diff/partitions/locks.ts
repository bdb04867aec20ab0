import { addTo, oncePer } from '../../kernel/index.ts'
import { labelOf, type ObjectKey, type Table } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import type { Lock, LockMode } from '../plan.ts'
import type { DiffContext } from '../rule.ts'
import { defaultOf, descendantsOf, membersOf, parentOf, tableIn } from './tree.ts'

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

/** On the table and its partitions: what a change of a partitioned table goes down to, and that of one with heirs does not. */
export function locksOnPartitions(context: DiffContext, table: ObjectKey, mode: LockMode): readonly Lock[] {
  const keys = [table, ...descendantsOf(context.from, table).map(({ key }) => key)]
  return keys.flatMap((key) => locksOn(context, key, mode))
}

/** The server drops an index of a partitioned table in one piece. Partitions that leave have left before it is replaced. */
export function treeLocks(table: Table, context: DiffContext): readonly Lock[] {
  const isThere = ({ key }: Table) => descendantsOf(context.to, table.key).some((one) => one.key === key)
  const leaves = descendantsOf(context.from, table.key).filter(isThere)
  return [table, ...leaves].flatMap(({ key }) => locksOn(context, key, 'ACCESS EXCLUSIVE'))
}

function heirsOf(catalog: DiffContext['from'], table: ObjectKey): readonly ObjectKey[] {
  const heirs = new Set([table])
  const children = childrenIn(catalog)
  // A set goes on with what is added to it meanwhile.
  for (const heir of heirs) for (const child of children.get(heir) ?? []) heirs.add(child)
  return [...heirs]
}

const childrenIn = oncePer((catalog: DiffContext['from']): ReadonlyMap<ObjectKey, readonly ObjectKey[]> => {
  const children = new Map<ObjectKey, ObjectKey[]>()
  for (const object of catalog.objects.values()) {
    if (object.kind !== 'table') continue
    const parents = [...object.inherits, ...(object.partitionOf ? [object.partitionOf.parent] : [])]
    for (const parent of parents) addTo(children, parent, object.key)
  }
  return children
})

/** Measured: ATTACH leaves reads and writes of the parent alone; the default partition and referenced tables pay. */
export function attachLocks(parent: ObjectKey, table: Table, context: DiffContext): readonly Lock[] {
  const isFilled = context.from.objects.has(table.key)
  return [
    ...locksOn(context, parent, 'SHARE UPDATE EXCLUSIVE'),
    ...locksOnTree(context, table.key, 'ACCESS EXCLUSIVE'),
    ...defaultLocks(parent, table, context),
    ...referencedLocks(parent, context, isFilled ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE'),
    ...referencingLocks(parent, context),
  ]
}

/** Foreign keys that point at the parent point at its new partition, too. */
function referencingLocks(parent: ObjectKey, context: DiffContext): readonly Lock[] {
  const { from, isGone } = context
  const above = ancestorsOf(from, parent)
  const keys = [parent, ...above].flatMap((key) => membersOf(from, key).referencing)
  return keys.flatMap(({ key, table }) => (isGone(key) ? [] : locksOn(context, table, 'SHARE ROW EXCLUSIVE')))
}

function ancestorsOf(catalog: DiffContext['from'], key: ObjectKey): readonly ObjectKey[] {
  const parent = parentOf(tableIn(catalog, key))
  return parent === undefined ? [] : [parent, ...ancestorsOf(catalog, parent)]
}

/** Both are locked exclusively, for a moment. */
export function detachLocks(parent: ObjectKey, table: Table, context: DiffContext): readonly Lock[] {
  return [
    ...locksOn(context, parent, 'ACCESS EXCLUSIVE'),
    ...locksOnTree(context, table.key, 'ACCESS EXCLUSIVE'),
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
  const { from, to, isGone } = context
  const added = membersOf(to, parent).constraints.filter(({ key }) => !from.objects.has(key))
  const kept = membersOf(from, parent).constraints.filter(({ key }) => !isGone(key) || isGone(parent))
  const tables = [...kept, ...added].flatMap(({ references }) => references ?? [])
  return [...new Set(tables)].flatMap((table) => locksOnPartitions(context, table, mode))
}

export function dropHazard(table: Table): ActionHazard {
  return planHazard('drop-table', { table: labelOf(table) }, { variant: 'leaf' })
}

export function defaultScanHazard(parent: ObjectKey, other: Table): ActionHazard {
  const [partition, above] = [labelOf(other), labelOfKey(parent)]
  const sql = `where ${above} has no default partition nothing waits: give its rows partitions of their own and drop it before.`
  return planHazard(
    'attach-scans',
    { partition, parent: above, other: partition, sql },
    { variant: 'default' },
  )
}

export function unprovenHazard(table: Table, why: string): ActionHazard {
  return planHazard('attach-scans', { partition: labelOf(table), kind: why }, { variant: 'unproven' })
}

export function shrinkHazard(table: Table): ActionHazard {
  const facts = { partition: labelOf(table), parent: labelOfKey(table.partitionOf!.parent) }
  return planHazard('attach-scans', facts, { variant: 'shrunk' })
}
