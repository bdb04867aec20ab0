import {
  type Catalog,
  type Column,
  kindIn,
  memberKey,
  nameIn,
  type ObjectKey,
  type SchemaObject,
  type Table,
} from '../model/index.ts'

/** Both directions of what needs what in one catalog. */
export interface Needs {
  of(key: ObjectKey): ReadonlySet<ObjectKey>
  /** Who needs it, directly. */
  by(key: ObjectKey): ReadonlySet<ObjectKey>
  /** What takes it along when it is dropped. */
  owners(key: ObjectKey): ReadonlySet<ObjectKey>
  /** What it takes along. */
  members(key: ObjectKey): ReadonlySet<ObjectKey>
}

const NONE: readonly ObjectKey[] = []

/**
 * Computed when it is asked for: of a hundred thousand objects a plan asks for a few. Only who has to do with what is collected for
 * all at once, and in lists: 200,000 sets of the two or three that most have took 200 MB.
 */
export function needsIn(catalog: Catalog): Needs {
  let related: ReadonlyMap<ObjectKey, readonly ObjectKey[]> | undefined
  const objectOf = (key: ObjectKey) => catalog.objects.get(key)
  const of = remembering((key) => {
    const object = objectOf(key)
    return object ? needsOfOne(object, catalog, ownersOf(object, catalog)) : []
  })
  const owners = remembering((key) => {
    const object = objectOf(key)
    return object ? ownersOf(object, catalog) : []
  })
  const around = (key: ObjectKey): readonly ObjectKey[] => {
    related ??= relatedIn(catalog)
    const listed = related.get(key) ?? NONE
    const column = objectOf(key)
    return column?.kind === 'column'
      ? [...inheritedFrom(column, related.get(column.table) ?? NONE), ...listed]
      : listed
  }
  const inheritedFrom = ({ table, name }: Column, around: readonly ObjectKey[]): readonly ObjectKey[] =>
    around.flatMap((child) => {
      const object = objectOf(child)
      if (object?.kind !== 'table' || !parentsOf(object).includes(table)) return []
      const key = memberKey('column', child, name)
      return catalog.objects.has(key) ? [key] : []
    })
  return {
    of,
    by: remembering((key) => around(key).filter((other) => of(other).has(key))),
    owners,
    members: remembering((key) => around(key).filter((other) => owners(other).has(key))),
  }
}

type Ask = (key: ObjectKey) => ReadonlySet<ObjectKey>

function remembering(find: (key: ObjectKey) => Iterable<ObjectKey>): Ask {
  const known = new Map<ObjectKey, ReadonlySet<ObjectKey>>()
  return (key) => {
    const before = known.get(key)
    if (before) return before
    const found = new Set(find(key))
    known.set(key, found)
    return found
  }
}

/** For each object those that need it or go with it. */
function relatedIn(catalog: Catalog): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  const related = new Map<ObjectKey, ObjectKey[]>()
  for (const object of catalog.objects.values()) {
    const { key } = object
    const add = (other: ObjectKey): void => {
      const list = related.get(other)
      if (list === undefined) related.set(other, [key])
      // What one object says it says in a row.
      else if (list[list.length - 1] !== key) list.push(key)
    }
    catalog.needs.get(key)?.forEach(add)
    // The columns that an object stands on are among its needs; columns that are inherited are found by their tables.
    for (const other of upperOwners(object, catalog)) add(other)
    for (const other of object.kind === 'column' ? [] : namedIn(object, catalog)) add(other)
  }
  return related
}

function needsOfOne(
  object: SchemaObject,
  catalog: Catalog,
  owning: readonly ObjectKey[],
): ReadonlySet<ObjectKey> {
  const needs = new Set([...(catalog.needs.get(object.key) ?? []), ...owning, ...namedIn(object, catalog)])
  needs.delete(object.key)
  // Two sides of one thing: the default of a serial column needs the sequence that the column owns; the constraint makes its index.
  if (object.kind === 'sequence' && object.ownedBy !== undefined) {
    needs.delete(object.ownedBy)
    needs.delete(tableOf(object, catalog) ?? object.key)
  }
  if (object.kind === 'constraint' && object.index !== undefined && object.type !== 'foreign')
    needs.delete(object.index)
  return needs
}

function namedIn(object: SchemaObject, catalog: Catalog): readonly ObjectKey[] {
  switch (object.kind) {
    case 'column':
      return parentColumns(object, catalog)
    case 'table':
      return parentsOf(object)
    case 'constraint':
      return object.references === undefined ? [] : [object.references]
    default:
      return []
  }
}

/** What takes the object along when it is dropped. */
function ownersOf(object: SchemaObject, catalog: Catalog): readonly ObjectKey[] {
  const upper = upperOwners(object, catalog)
  switch (object.kind) {
    case 'column':
      return [...upper, ...parentColumns(object, catalog)]
    case 'constraint':
    case 'index':
    case 'statistics':
      return [...upper, ...ownColumns(object, catalog)]
    default:
      return upper
  }
}

/** Without columns. */
function upperOwners(object: SchemaObject, catalog: Catalog): readonly ObjectKey[] {
  switch (object.kind) {
    case 'column':
    case 'statistics':
      return [object.table]
    case 'trigger':
    case 'policy':
    case 'rule':
      return [object.table, ...('parent' in object && object.parent ? [object.parent] : [])]
    case 'constraint':
      return [object.table, ...optional(object.parent)]
    case 'index':
      return [object.table, ...optional(object.parent), ...optional(object.constraint)]
    case 'sequence':
      return optional(object.ownedBy)
    case 'table':
      return optional(object.partitionOf?.parent)
    case 'comment':
    case 'grant':
      return annotated(object.on, catalog)
    default:
      return []
  }
}

function ownColumns(
  object: { readonly key: ObjectKey; readonly table: ObjectKey },
  catalog: Catalog,
): readonly ObjectKey[] {
  const columns: ObjectKey[] = []
  for (const key of catalog.needs.get(object.key) ?? []) {
    const need = catalog.objects.get(key)
    if (need?.kind === 'column' && need.table === object.table) columns.push(key)
  }
  return columns
}

/** Of a column that came from a parent: the parent's. */
export function parentColumns(column: Column, catalog: Catalog): readonly ObjectKey[] {
  const table = catalog.objects.get(column.table)
  if (!column.inherited || table?.kind !== 'table') return []
  return parentsOf(table)
    .map((parent) => memberKey('column', parent, column.name))
    .filter((key) => catalog.objects.has(key))
}

const parentsOf = (table: Table): readonly ObjectKey[] => [
  ...optional(table.partitionOf?.parent),
  ...table.inherits,
]

const WHOLES: Readonly<Record<string, readonly string[]>> = {
  column: ['view', 'matview', 'type'],
  constraint: ['domain'],
}

/** Columns of views and composite types and CHECKs of domains are no objects, but they may have comments. */
export function annotated(on: ObjectKey, { objects }: Catalog): readonly ObjectKey[] {
  const wholes = WHOLES[kindIn(on)]
  if (objects.has(on) || wholes === undefined) return [on]
  const relation = nameIn(on).replace(/\."(?:[^"]|"")*"$/, '')
  return wholes.map((kind) => `${kind} ${relation}` as ObjectKey).filter((key) => objects.has(key))
}

const optional = (key: ObjectKey | undefined): readonly ObjectKey[] => (key === undefined ? [] : [key])

/** The table or materialized view that an object is or belongs to, as far as its locks go. */
export function tableOf(object: SchemaObject, catalog: Catalog): ObjectKey | undefined {
  switch (object.kind) {
    case 'table':
    case 'matview':
    case 'view':
      return object.key
    case 'column':
    case 'constraint':
    case 'index':
    case 'statistics':
    case 'trigger':
    case 'policy':
    case 'rule':
      return object.table
    case 'comment':
    case 'grant': {
      const on = catalog.objects.get(object.on)
      return on && tableOf(on, catalog)
    }
    case 'sequence': {
      const column = object.ownedBy && catalog.objects.get(object.ownedBy)
      return column && tableOf(column, catalog)
    }
    default:
      return undefined
  }
}
