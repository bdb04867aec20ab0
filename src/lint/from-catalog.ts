import { displayName } from '../kernel/index.ts'
import type {
  Catalog,
  Column,
  Constraint,
  Index,
  MatView,
  Routine,
  SchemaObject,
  Table,
} from '../model/index.ts'
import { parseOne } from '../sql/index.ts'
import { columnsIn, find, notNullColumns } from './tree.ts'
import { type KnownTable, World } from './world.ts'

/** The world as a server has it. */
export async function worldOf(catalog: Catalog): Promise<World> {
  const world = new World(catalog)
  const objects = [...catalog.objects.values()]
  for (const object of objects) if (isTable(object)) world.make(object.name, tableFacts(object))
  const tables = new Map<string, KnownTable>(
    objects.filter(isTable).map((object) => [object.key, world.table(object.name)]),
  )
  for (const object of objects) {
    if (object.kind === 'table') attach(world, tables, object)
    else if (object.kind === 'column') column(tables, object)
    else if (object.kind === 'constraint') await constraint(tables, object)
    else if (object.kind === 'index') await index(tables, object)
    else if (object.kind === 'routine') routine(world, object)
  }
  return world
}

function isTable(object: SchemaObject): object is Table | MatView {
  return object.kind === 'table' || object.kind === 'matview'
}

function tableFacts(object: Table | MatView): Partial<KnownTable> {
  const key = object.kind === 'table' ? object.partitionKey : undefined
  const columns = /\((.*)\)/.exec(key ?? '')?.[1]?.split(', ') ?? []
  return {
    partitioned: key !== undefined,
    key: columns.every((c) => /^("([^"]|"")+"|[\w$]+)$/.test(c)) ? columns.map(unquoted) : [],
    size: object.size,
  }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

type Tables = ReadonlyMap<string, KnownTable>

function attach(world: World, tables: Tables, { key, partitionOf }: Table): void {
  const [parent, table] = [partitionOf && tables.get(partitionOf.parent), tables.get(key)]
  if (parent && table) world.attach(parent, table, { asDefault: partitionOf?.bound === 'DEFAULT' })
}

function column(tables: Tables, { table, name, type, notNull, notNullValid }: Column): void {
  tables.get(table)?.columns.set(name, { type, notNull: notNull && notNullValid })
}

async function constraint(tables: Tables, { table, name, type, definition, validated }: Constraint) {
  const known = tables.get(table)
  if (known === undefined || type !== 'check') return
  const [check] = find(await parseOne(`ALTER TABLE t ADD ${definition}`), 'Constraint')
  const [columns, notNull] = [columnsIn(check?.raw_expr), notNullColumns(check?.raw_expr)]
  known.checks.set(name, { name, columns, notNull, valid: validated })
}

async function index(tables: Tables, { table, name, definition, unique }: Index): Promise<void> {
  const known = tables.get(table)
  if (known === undefined) return
  const [statement] = find(await parseOne(definition), 'IndexStmt')
  const columns = find(statement?.indexParams, 'IndexElem').map((element) => element.name ?? '')
  known.indexes.set(displayName(name), { name, columns, unique })
}

function routine(world: World, { name, definition }: Routine): void {
  const [head = ''] = definition.split(/\bAS\b/)
  world.stableFunctions.set(name.name, /\b(IMMUTABLE|STABLE)\b/.test(head))
}
