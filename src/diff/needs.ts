import {
  type Catalog,
  type Column,
  kindIn,
  memberKey,
  nameIn,
  type ObjectKey,
  type SchemaObject,
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

const NONE: ReadonlySet<ObjectKey> = new Set()

export function needsIn(catalog: Catalog): Needs {
  const of = new Map<ObjectKey, Set<ObjectKey>>()
  const by = new Map<ObjectKey, Set<ObjectKey>>()
  const owners = new Map<ObjectKey, Set<ObjectKey>>()
  const members = new Map<ObjectKey, Set<ObjectKey>>()
  for (const object of catalog.objects.values()) {
    const { key } = object
    const owning = ownersOf(object, catalog)
    for (const owner of owning) link(owners, members, key, owner)
    for (const need of needsOfOne(object, catalog, owning)) link(of, by, key, need)
  }
  return {
    of: (key) => of.get(key) ?? NONE,
    by: (key) => by.get(key) ?? NONE,
    owners: (key) => owners.get(key) ?? NONE,
    members: (key) => members.get(key) ?? NONE,
  }
}

function link(
  forth: Map<ObjectKey, Set<ObjectKey>>,
  back: Map<ObjectKey, Set<ObjectKey>>,
  a: ObjectKey,
  b: ObjectKey,
): void {
  add(forth, a, b)
  add(back, b, a)
}

function add(map: Map<ObjectKey, Set<ObjectKey>>, key: ObjectKey, value: ObjectKey): void {
  const set = map.get(key)
  if (set) set.add(value)
  else map.set(key, new Set([value]))
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
      return [...object.inherits, ...(object.partitionOf ? [object.partitionOf.parent] : [])]
    case 'constraint':
      return object.references === undefined ? [] : [object.references]
    default:
      return []
  }
}

/** What takes the object along when it is dropped. */
function ownersOf(object: SchemaObject, catalog: Catalog): readonly ObjectKey[] {
  switch (object.kind) {
    case 'column':
      return [object.table, ...parentColumns(object, catalog)]
    case 'trigger':
    case 'policy':
    case 'rule':
      return [object.table, ...('parent' in object && object.parent ? [object.parent] : [])]
    case 'constraint':
      return [object.table, ...optional(object.parent), ...ownColumns(object, catalog)]
    case 'index':
      return [
        object.table,
        ...optional(object.parent),
        ...optional(object.constraint),
        ...ownColumns(object, catalog),
      ]
    case 'statistics':
      return [object.table, ...ownColumns(object, catalog)]
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
  return [...(catalog.needs.get(object.key) ?? [])].filter((key) => {
    const need = catalog.objects.get(key)
    return need?.kind === 'column' && need.table === object.table
  })
}

/** Of a column that came from a parent: the parent's. */
export function parentColumns(column: Column, catalog: Catalog): readonly ObjectKey[] {
  const table = catalog.objects.get(column.table)
  if (!column.inherited || table?.kind !== 'table') return []
  return [...optional(table.partitionOf?.parent), ...table.inherits]
    .map((parent) => memberKey('column', parent, column.name))
    .filter((key) => catalog.objects.has(key))
}

/** Columns of views are no objects, but they may have comments and grants. */
function annotated(on: ObjectKey, { objects }: Catalog): readonly ObjectKey[] {
  if (objects.has(on) || kindIn(on) !== 'column') return [on]
  const relation = nameIn(on).replace(/\."(?:[^"]|"")*"$/, '')
  return [`view ${relation}` as ObjectKey, `matview ${relation}` as ObjectKey].filter((key) =>
    objects.has(key),
  )
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
