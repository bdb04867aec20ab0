import { ident, type QualifiedName } from '../kernel/index.ts'
import { parseOne, type SqlNode } from './parser.ts'

type CreateTable = Extract<SqlNode, { CreateStmt: unknown }>['CreateStmt']

export interface TableClauses {
  /** What stands in PARTITION BY …: `range ("event_time")`. */
  readonly partitionBy?: string
  /** What stands in WITH (…): `fillfactor = 90`. */
  readonly options?: string
  readonly unlogged?: boolean
}

/** Adds clauses to a CREATE TABLE. They are written as SQL, so that PostgreSQL's parser checks them. */
export async function editCreateTable(node: SqlNode, clauses: TableClauses): Promise<SqlNode> {
  if (!('CreateStmt' in node)) throw new TypeError('not a CREATE TABLE')
  const unlogged = clauses.unlogged ? 'unlogged ' : ''
  const by = clauses.partitionBy ? ` partition by ${clauses.partitionBy}` : ''
  const options = clauses.options ? ` with (${clauses.options})` : ''
  const donor = createTable(await parseOne(`create ${unlogged}table donor ()${by}${options}`))
  const base = node.CreateStmt
  return {
    CreateStmt: {
      ...base,
      relation: {
        ...base.relation,
        relpersistence: clauses.unlogged ? 'u' : (base.relation?.relpersistence ?? 'p'),
      },
      ...(donor.partspec ? { partspec: donor.partspec } : {}),
      ...(donor.options ? { options: donor.options } : {}),
    },
  }
}

function createTable(node: SqlNode): CreateTable {
  return (node as Extract<SqlNode, { CreateStmt: unknown }>).CreateStmt
}

/**
 * The same statement with `public` in front of every relation, and of every type of `types`, that has no schema. Names
 * that a query's WITH defines stay.
 * An index carries no schema: it lives where its table lives.
 */
export function qualifyRelations(node: SqlNode, types: ReadonlySet<string> = new Set()): SqlNode {
  return qualifyIn(node, { schema: 'public', types, ctes: cteNames(node) }) as SqlNode
}

interface QualifyScope {
  readonly schema: string
  readonly types: ReadonlySet<string>
  readonly ctes: ReadonlySet<string>
}

function qualifyIn(value: unknown, scope: QualifyScope): unknown {
  if (Array.isArray(value)) return value.map((item) => qualifyIn(item, scope))
  if (typeof value !== 'object' || value === null) return value
  const record = value as Record<string, unknown>
  const out = Object.fromEntries(Object.entries(record).map(([k, v]) => [k, qualifyIn(v, scope)]))
  const named = typeof record.relname === 'string' && record.relpersistence !== undefined
  if (named && record.schemaname === undefined && !scope.ctes.has(record.relname as string)) {
    out.schemaname = scope.schema
  }
  if (isObject(record.typeName)) out.typeName = qualifyType(record.typeName, scope)
  if (isObject(record.DropStmt)) out.DropStmt = qualifyDrop(record.DropStmt, scope.schema)
  return out
}

function qualifyType(type: Record<string, unknown>, { schema, types }: QualifyScope): unknown {
  const names = (type.names as SqlNode[] | undefined) ?? []
  const [only] = names
  if (names.length !== 1 || !only || !('String' in only)) return type
  const text = only.String.sval ?? ''
  const dot = text.indexOf('.')
  // A type that drizzle-kit does not know is quoted as a whole: "tools.citext".
  if (dot > 0) {
    return { ...type, names: [text.slice(0, dot), text.slice(dot + 1)].map((sval) => ({ String: { sval } })) }
  }
  if (!types.has(text)) return type
  return { ...type, names: [{ String: { sval: schema } }, only] }
}

/** DROP names its objects as lists of name parts. */
function qualifyDrop(drop: Record<string, unknown>, schema: string): Record<string, unknown> {
  if (!SCHEMA_OBJECTS.has(String(drop.removeType))) return drop
  const objects = (drop.objects as SqlNode[] | undefined) ?? []
  return {
    ...drop,
    objects: objects.map((object) => {
      const items = 'List' in object ? (object.List.items ?? []) : []
      return items.length === 1 ? { List: { items: [{ String: { sval: schema } }, ...items] } } : object
    }),
  }
}

const SCHEMA_OBJECTS = new Set([
  'OBJECT_TABLE',
  'OBJECT_INDEX',
  'OBJECT_SEQUENCE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
])

function cteNames(node: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return found
  for (const [key, value] of Object.entries(node)) {
    if (key === 'ctename' && typeof value === 'string') found.add(value)
    cteNames(value, found)
  }
  return found
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The relations that a DROP names, of the kind given (OBJECT_TABLE, OBJECT_INDEX); without a schema: in public. */
export function droppedObjects(node: SqlNode, removeType: string): readonly QualifiedName[] {
  return droppedParts(node, removeType).map((parts) => ({
    schema: parts.at(-2) ?? 'public',
    name: parts.at(-1) ?? '',
  }))
}

/** As droppedObjects, but quoted as they are written: without a schema, search_path decides, as it does for the DROP. */
export function droppedNames(node: SqlNode, removeType: string): readonly string[] {
  return droppedParts(node, removeType).map((parts) => ident(...parts))
}

function droppedParts(node: SqlNode, removeType: string): readonly (readonly string[])[] {
  if (!('DropStmt' in node) || node.DropStmt.removeType !== removeType) return []
  return (node.DropStmt.objects ?? []).map((object) => {
    const items = 'List' in object ? (object.List.items ?? []) : [object]
    return items.map((item) => ('String' in item ? (item.String.sval ?? '') : ''))
  })
}

/** RangeVar to name; a relation without a schema is taken to be in public. */
export function relationName(relation: { schemaname?: string; relname?: string } | undefined): QualifiedName {
  return { schema: relation?.schemaname ?? 'public', name: relation?.relname ?? '' }
}

/** RangeVar to its quoted name as it is written: without a schema, search_path decides. */
export function writtenName(relation: { schemaname?: string; relname?: string } | undefined): string {
  const { schemaname, relname = '' } = relation ?? {}
  return schemaname === undefined ? ident(relname) : ident(schemaname, relname)
}
