import {
  type Catalog,
  type Constraint,
  type Index,
  memberKey,
  type ObjectKey,
  objectKey,
  type SchemaObject,
  type Table,
} from '../../model/index.ts'
import { sameIndex } from './index-text.ts'
import { membersOf, parentOf, tableIn } from './tree.ts'

/** Since then identity columns of a partitioned table are those of its partitions, too. */
export const IDENTITY_OF_PARTITIONS = 17

const originals = new WeakMap<Catalog, Catalog>()

/** The state before alignPartitions(). */
export function unaligned(catalog: Catalog): Catalog {
  return originals.get(catalog) ?? catalog
}

/**
 * The old state, in which what belongs to a table that is attached or detached has the names that ATTACH and DETACH will give it:
 * the index of a table that becomes the one under its parent's is the same index, and is neither dropped nor made.
 */
export function alignPartitions(from: Catalog, to: Catalog): Catalog {
  const keys = new Map<ObjectKey, ObjectKey>()
  let objects: Map<ObjectKey, SchemaObject> | undefined
  const strange = withOwnParts(from, to)
  for (const after of to.objects.values()) {
    const before = after.kind === 'table' ? tableIn(from, after.key) : undefined
    if (after.kind !== 'table' || before === undefined) continue
    const moving = { from, to, before, after }
    for (const [old, now] of changesOf(moving, strange)) {
      objects ??= new Map(from.objects)
      objects.delete(old)
      if (now === undefined) continue
      objects.set(now.key, now)
      if (now.key !== old) keys.set(old, now.key)
    }
  }
  if (objects === undefined) return from
  const aligned: Catalog = { ...from, objects: rekeyed(objects, keys), needs: rekeyedNeeds(from.needs, keys) }
  originals.set(aligned, from)
  return aligned
}

function changesOf(moving: Moving, strange: ReadonlySet<ObjectKey>): readonly Change[] {
  if (isMoving(moving)) return alignTable(moving)
  return strange.has(moving.before.key) ? adoptOwn(moving) : []
}

/** Tables with an index or constraint of their own that is not there any more under its name. */
function withOwnParts(from: Catalog, to: Catalog): ReadonlySet<ObjectKey> {
  const tables = new Set<ObjectKey>()
  for (const object of from.objects.values()) {
    const isPart = object.kind === 'index' || object.kind === 'constraint'
    if (isPart && object.parent === undefined && !to.objects.has(object.key)) tables.add(object.table)
  }
  return tables
}

interface Moving {
  readonly from: Catalog
  readonly to: Catalog
  readonly before: Table
  readonly after: Table
}

/** It changes its place, or a table above it does. */
function isMoving({ from, to, before, after }: Moving): boolean {
  if (parentOf(before) !== parentOf(after)) return true
  const [was, is] = [tableIn(from, parentOf(before)), tableIn(to, parentOf(after))]
  return was !== undefined && is !== undefined && isMoving({ from, to, before: was, after: is })
}

type Change = readonly [ObjectKey, SchemaObject | undefined]

function alignTable(moving: Moving): readonly Change[] {
  const { from, before } = moving
  const { indexes, constraints, triggers, columns } = membersOf(from, before.key)
  const taken = new Set<ObjectKey>()
  return [
    ...constraints.map((it) => alignConstraint(it, moving, taken)),
    ...indexes.map((it) => alignIndex(it, moving, taken)),
    // Copies of the parent's triggers go with DETACH.
    ...triggers
      .filter(({ parent, key }) => parent !== undefined && !moving.to.objects.has(key))
      .map((it): Change => [it.key, undefined]),
    ...columns.map((it): Change => {
      const after = moving.to.objects.get(it.key)
      if (after?.kind !== 'column') return [it.key, { ...it, inherited: false }]
      return [it.key, { ...it, inherited: after.inherited, identity: identityAfter(it, moving) }]
    }),
  ]
}

/** What a partition has of its own already, and its parent gets now. Without a parent yet: it is attached by a statement. */
function adoptOwn({ from, to, before, after }: Moving): readonly Change[] {
  if (parentOf(after) === undefined) return []
  const isOld = (it: Index | Constraint) => it.parent === undefined && !to.objects.has(it.key)
  const wanted = (it: Index | Constraint) => it.parent !== undefined && !from.objects.has(it.key)
  const own = membersOf(from, before.key)
  const target = membersOf(to, after.key)
  const taken = new Set<ObjectKey>()
  const take = <T extends Index | Constraint>(match: T | undefined): T | undefined => {
    if (match) taken.add(match.key)
    return match
  }
  return [
    ...own.constraints.filter(isOld).flatMap((it): Change[] => {
      const match = take(
        target.constraints.find((one) => wanted(one) && !taken.has(one.key) && sameConstraint(it, one)),
      )
      if (match === undefined) return []
      const isMerged = it.type === 'check' || it.type === 'foreign'
      return [
        [it.key, { ...it, key: match.key, index: match.index, parent: isMerged ? match.parent : undefined }],
      ]
    }),
    ...own.indexes
      .filter((it) => isOld(it) && it.valid)
      .flatMap((it): Change[] => {
        const match = take(
          target.indexes.find((one) => wanted(one) && !taken.has(one.key) && isSame(it, one)),
        )
        return match ? [[it.key, { ...it, key: match.key, constraint: match.constraint }]] : []
      }),
  ]
}

function identityAfter(
  column: Extract<SchemaObject, { kind: 'column' }>,
  { from, to, after }: Moving,
): Extract<SchemaObject, { kind: 'column' }>['identity'] {
  const now = to.objects.get(column.key)
  if (from.major < IDENTITY_OF_PARTITIONS) return column.identity
  return now?.kind === 'column' && after.partitionOf !== undefined ? now.identity : undefined
}

function alignConstraint(it: Constraint, { to, before, after }: Moving, taken: Set<ObjectKey>): Change {
  const match = membersOf(to, after.key).constraints.find(
    (one) => !taken.has(one.key) && sameConstraint(it, one),
  )
  if (match) taken.add(match.key)
  const key = match?.key ?? memberKey('constraint', before.key, it.name)
  return [it.key, { ...it, key, parent: match?.parent, index: match?.index ?? it.index }]
}

/** ATTACH takes over what means the same; of CHECKs also the name must be the parent's. */
export function sameConstraint(a: Constraint, b: Constraint): boolean {
  if (a.type !== b.type || a.definition !== b.definition) return false
  return a.type !== 'check' || a.name === b.name
}

function alignIndex(it: Index, { to, before, after, from }: Moving, taken: Set<ObjectKey>): Change {
  const match = membersOf(to, after.key).indexes.find((one) => !taken.has(one.key) && isSame(it, one))
  if (match) taken.add(match.key)
  const own = it.constraint && from.objects.get(it.constraint)
  const key = match?.key ?? objectKey('index', it.name)
  const constraint =
    match?.constraint ??
    (own?.kind === 'constraint' ? memberKey('constraint', before.key, own.name) : undefined)
  return [it.key, { ...it, key, parent: match?.parent, constraint }]
}

function isSame(a: Index, b: Index): boolean {
  return (
    sameIndex(a.definition, b.definition) &&
    (a.constraint === undefined) === (b.constraint === undefined) &&
    (b.parent !== undefined || a.parent !== undefined || a.key === b.key)
  )
}

function rekeyed(
  objects: ReadonlyMap<ObjectKey, SchemaObject>,
  keys: ReadonlyMap<ObjectKey, ObjectKey>,
): ReadonlyMap<ObjectKey, SchemaObject> {
  if (keys.size === 0) return objects
  const now = (key: ObjectKey): ObjectKey => keys.get(key) ?? key
  return new Map(
    [...objects].map(([key, object]) => {
      if ((object.kind === 'comment' || object.kind === 'grant') && keys.has(object.on))
        return [key, { ...object, on: now(object.on) }]
      return [key, object]
    }),
  )
}

function rekeyedNeeds(needs: Catalog['needs'], keys: ReadonlyMap<ObjectKey, ObjectKey>): Catalog['needs'] {
  if (keys.size === 0) return needs
  const now = (key: ObjectKey): ObjectKey => keys.get(key) ?? key
  return new Map(
    [...needs].map(([key, set]) => [
      now(key),
      [...set].some((k) => keys.has(k)) ? new Set([...set].map(now)) : set,
    ]),
  )
}
