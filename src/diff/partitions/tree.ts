import type {
  Catalog,
  Column,
  Constraint,
  Index,
  ObjectKey,
  SchemaObject,
  Table,
  Trigger,
} from '../../model/index.ts'
import { type Bound, type Key, parseBound, parseKey } from './bound.ts'
import { type Order, orderOf } from './order.ts'

/** What belongs to each table, and which tables are partitions of which, of one catalog. */
interface Members {
  readonly columns: readonly Column[]
  readonly indexes: readonly Index[]
  readonly constraints: readonly Constraint[]
  readonly triggers: readonly Trigger[]
  readonly partitions: readonly Table[]
  /** Foreign keys of any table that point at it. */
  readonly referencing: readonly Constraint[]
}

type Lists = { -readonly [K in keyof Members]: Members[K][number][] }

const cache = new WeakMap<Catalog, ReadonlyMap<ObjectKey, Lists>>()

const emptyLists = (): Lists => ({
  columns: [],
  indexes: [],
  constraints: [],
  triggers: [],
  partitions: [],
  referencing: [],
})
const NOTHING: Members = emptyLists()

/** Once for a catalog: tens of thousands of tables are asked for one by one. */
export function membersOf(catalog: Catalog, table: ObjectKey): Members {
  let known = cache.get(catalog)
  if (known === undefined) {
    known = collect(catalog)
    cache.set(catalog, known)
  }
  return known.get(table) ?? NOTHING
}

function collect(catalog: Catalog): ReadonlyMap<ObjectKey, Lists> {
  const lists = new Map<ObjectKey, Lists>()
  const of = (key: ObjectKey): Lists => {
    const known = lists.get(key) ?? emptyLists()
    lists.set(key, known)
    return known
  }
  for (const object of catalog.objects.values()) {
    if (object.kind === 'column') of(object.table).columns.push(object)
    else if (object.kind === 'index') of(object.table).indexes.push(object)
    else if (object.kind === 'trigger') of(object.table).triggers.push(object)
    else if (object.kind === 'table' && object.partitionOf)
      of(object.partitionOf.parent).partitions.push(object)
    else if (object.kind === 'constraint') {
      of(object.table).constraints.push(object)
      if (object.references !== undefined && object.parent === undefined)
        of(object.references).referencing.push(object)
    }
  }
  for (const one of lists.values()) sortAll(one)
  return lists
}

function sortAll(lists: Lists): void {
  const byKey = (a: SchemaObject, b: SchemaObject) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  lists.columns.sort((a, b) => a.position - b.position)
  lists.indexes.sort(byKey)
  lists.constraints.sort(byKey)
  lists.triggers.sort(byKey)
  lists.partitions.sort(byKey)
}

export function tableIn(catalog: Catalog, key: ObjectKey | undefined): Table | undefined {
  const object = key === undefined ? undefined : catalog.objects.get(key)
  return object?.kind === 'table' ? object : undefined
}

export function parentOf(table: Table | undefined): ObjectKey | undefined {
  return table?.partitionOf?.parent
}

/** The tables above it, the nearest first. */
export function ancestorsOf(catalog: Catalog, table: Table): readonly Table[] {
  const parent = tableIn(catalog, parentOf(table))
  return parent === undefined ? [] : [parent, ...ancestorsOf(catalog, parent)]
}

/** The tables below it, at any depth. */
export function descendantsOf(catalog: Catalog, table: ObjectKey): readonly Table[] {
  return membersOf(catalog, table).partitions.flatMap((leaf) => [leaf, ...descendantsOf(catalog, leaf.key)])
}

export function isDefault(table: Table): boolean {
  return table.partitionOf?.bound.toUpperCase() === 'DEFAULT'
}

export function defaultOf(catalog: Catalog, parent: ObjectKey): Table | undefined {
  return membersOf(catalog, parent).partitions.find(isDefault)
}

export function boundOf(table: Table): Bound {
  return parseBound(table.partitionOf!.bound)
}

export function keyOf(table: Table): Key {
  return parseKey(table.partitionKey!)
}

/** How the constants of the partitions' bounds are ordered. */
export function ordersOf(catalog: Catalog, table: Table): readonly Order[] {
  const { columns } = membersOf(catalog, table.key)
  return keyOf(table).parts.map(({ column }) => orderOf(columns.find(({ name }) => name === column)?.type))
}
