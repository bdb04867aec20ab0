import { oncePer } from '../../kernel/index.ts'
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

type Lists = { -readonly [K in keyof Members]: Members[K] }

const NONE: readonly never[] = Object.freeze([])
const emptyLists = (): Lists => ({
  columns: NONE,
  indexes: NONE,
  constraints: NONE,
  triggers: NONE,
  partitions: NONE,
  referencing: NONE,
})
const NOTHING: Members = emptyLists()

export function membersOf(catalog: Catalog, table: ObjectKey): Members {
  return collect(catalog).get(table) ?? NOTHING
}

/** Once for a catalog: tens of thousands of tables are asked for one by one. */
const collect = oncePer((catalog: Catalog): ReadonlyMap<ObjectKey, Lists> => {
  const lists = new Map<ObjectKey, Lists>()
  const of = (key: ObjectKey): Lists => {
    const known = lists.get(key)
    if (known) return known
    const made = emptyLists()
    lists.set(key, made)
    return made
  }
  const add = <K extends keyof Members>(key: ObjectKey, kind: K, object: Members[K][number]): void => {
    const all = of(key) as unknown as Record<K, Members[K][number][]>
    if ((all[kind] as readonly unknown[]) === NONE) all[kind] = [object]
    else all[kind].push(object)
  }
  for (const object of catalog.objects.values()) {
    if (object.kind === 'column') add(object.table, 'columns', object)
    else if (object.kind === 'index') add(object.table, 'indexes', object)
    else if (object.kind === 'trigger') add(object.table, 'triggers', object)
    else if (object.kind === 'table' && object.partitionOf)
      add(object.partitionOf.parent, 'partitions', object)
    else if (object.kind === 'constraint') {
      add(object.table, 'constraints', object)
      if (object.references !== undefined && object.parent === undefined)
        add(object.references, 'referencing', object)
    }
  }
  for (const one of lists.values()) sortAll(one)
  return lists
})

function sortAll(lists: Lists): void {
  const byKey = (a: SchemaObject, b: SchemaObject) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  const sort = <T>(list: readonly T[], compare: (a: T, b: T) => number) => {
    if (list.length > 1) (list as T[]).sort(compare)
  }
  sort(lists.columns, (a, b) => a.position - b.position)
  sort(lists.indexes, byKey)
  sort(lists.constraints, byKey)
  sort(lists.triggers, byKey)
  sort(lists.partitions, byKey)
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
