import { ident, plainIdent } from '../kernel/index.ts'
import {
  type Catalog,
  type Column,
  kindIn,
  type Namespace,
  nameIn,
  type ObjectKey,
  objectKey,
  type SchemaObject,
} from '../model/index.ts'
import { type ActionHazard, planHazard } from './hazards.ts'
import { labelOfKey, partsOf } from './label.ts'
import type { Refusal } from './plan.ts'
import { renamesAlong } from './rename-along.ts'
import { RenamedKeys } from './rename-keys.ts'
import {
  type NameChange,
  renameColumnIn,
  renameColumnInView,
  renameInText,
  renameSelf,
} from './rename-text.ts'
import type { Action, Rename } from './rule.ts'

export interface Renamed {
  /** As it is after the renames. */
  readonly catalog: Catalog
  readonly actions: readonly Action[]
  readonly refusals: readonly Refusal[]
}

/** What stands for the same object under its new name; done once, a declared rename says nothing any more. */
export function renamed(catalog: Catalog, declared: readonly Rename[], goal?: Catalog): Renamed {
  const known = declared.filter(({ from, to }) => from !== to && catalog.objects.has(from))
  const sources = new Set(known.map(({ from }) => from))
  const taken = known.filter(({ to }) => catalog.objects.has(to) && !sources.has(to))
  const renames = known.filter((rename) => !taken.includes(rename))
  const refusals = taken.map(({ from, to }) => ({
    reason: `${labelOfKey(from)} is to be renamed to ${labelOfKey(to)}, and both are there`,
    wayOut: `move what is in one of them over to the other and drop it, or take the rename out of the declarations`,
  }))
  if (renames.length === 0) return { catalog, actions: [], refusals }
  const all = goal === undefined ? renames : withAlong(renames, { catalog, goal })
  const schemas = newSchemas(all, { catalog, goal })
  const keys = new RenamedKeys(catalog, all)
  return {
    catalog: withSchemas(rewritten(catalog, { keys, goal }), schemas),
    actions: [
      ...schemas.map(({ key }) => ({
        sql: `CREATE SCHEMA ${nameIn(key)}`,
        reverse: { sql: [`DROP SCHEMA ${nameIn(key)}`] },
      })),
      ...actionsOf(all, { keys, catalog }),
    ],
    refusals,
  }
}

function withAlong(
  renames: readonly Rename[],
  { catalog, goal }: { readonly catalog: Catalog; readonly goal: Catalog },
): readonly Rename[] {
  const keys = new RenamedKeys(catalog, renames)
  const after = rewritten(catalog, { keys, goal })
  return [...renames, ...renamesAlong(renames, { catalog, after, keys, goal })]
}

/** What something is moved to has to be there before. */
function newSchemas(
  renames: readonly Rename[],
  { catalog, goal }: { readonly catalog: Catalog; readonly goal: Catalog | undefined },
): readonly Namespace[] {
  const keys = new Set(renames.map(({ to }) => objectKey('schema', partsOf(to)[0]!)))
  return [...keys].flatMap((key) => {
    const schema = catalog.objects.has(key) ? undefined : goal?.objects.get(key)
    return schema?.kind === 'schema' ? [schema] : []
  })
}

function withSchemas(catalog: Catalog, schemas: readonly Namespace[]): Catalog {
  return { ...catalog, objects: new Map([...catalog.objects, ...schemas.map((it) => [it.key, it] as const)]) }
}

interface Rewriting {
  readonly keys: RenamedKeys
  readonly goal: Catalog | undefined
}

function rewritten(catalog: Catalog, { keys, goal }: Rewriting): Catalog {
  const changes = [...catalog.objects.keys()].flatMap((key) => nameChange(key, keys.of(key)))
  const columns = [...catalog.objects.values()].flatMap((object) =>
    object.kind === 'column' && partsOf(keys.of(object.key)).at(-1) !== object.name ? [object] : [],
  )
  const objects = new Map<ObjectKey, SchemaObject>()
  for (const object of catalog.objects.values()) {
    const now = rewriteObject(object, { catalog, keys, changes, columns, goal })
    objects.set(now.key, now)
  }
  const needs = new Map(
    [...catalog.needs].map(([key, set]) => [keys.of(key), new Set([...set].map((need) => keys.of(need)))]),
  )
  return { ...catalog, objects, needs }
}

const QUALIFIED = new Set([
  'table',
  'view',
  'matview',
  'sequence',
  'enum',
  'domain',
  'type',
  'statistics',
  'index',
  'routine',
])

function nameChange(before: ObjectKey, after: ObjectKey): readonly NameChange[] {
  if (before === after || !QUALIFIED.has(kindIn(before)) || / of "/.test(before)) return []
  const [schema, name] = partsOf(before)
  const [newSchema, newName] = partsOf(after)
  return [{ schema: schema!, name: name!, newSchema: newSchema!, newName: newName! }]
}

interface Rewrite extends Rewriting {
  readonly catalog: Catalog
  readonly changes: readonly NameChange[]
  /** Columns that get another name. */
  readonly columns: readonly Column[]
}

function rewriteObject(object: SchemaObject, rewrite: Rewrite): SchemaObject {
  const { keys, changes } = rewrite
  const key = keys.of(object.key)
  const text = (value: string): string => renameColumns(renameInText(value, changes), object, rewrite)
  const walk = (value: unknown, property: string): unknown => {
    if (typeof value === 'string') {
      if (REFERENCES.has(property)) return keys.of(value as ObjectKey)
      return TEXTS.has(property) ? text(value) : value
    }
    if (Array.isArray(value)) return value.map((item) => walk(item, property))
    if (typeof value !== 'object' || value === null || value instanceof Map) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, name)]))
  }
  const walked = walk(object, '') as SchemaObject
  return { ...walked, ...selfNamed(object, walked, key), ...identityOf(object, keys), key } as SchemaObject
}

/** The table's index for its replicas is known by name alone. */
function identityOf(object: SchemaObject, keys: RenamedKeys): object {
  if (object.kind !== 'table' || typeof object.replicaIdentity === 'string') return {}
  const { schema } = object.name
  const index = keys.of(objectKey('index', { schema, name: object.replicaIdentity.index }))
  return { replicaIdentity: { index: partsOf(index).at(-1)! } }
}

/** Properties that hold keys, and those that hold SQL. */
const REFERENCES = new Set([
  'table',
  'on',
  'parent',
  'references',
  'constraint',
  'ownedBy',
  'inherits',
  'index',
])
const TEXTS = new Set([
  'definition',
  'query',
  'default',
  'expression',
  'type',
  'using',
  'check',
  'partitionKey',
  'result',
  'arguments',
])

function selfNamed(object: SchemaObject, walked: SchemaObject, key: ObjectKey): object {
  if (!('name' in object) || key === object.key || / of "/.test(key)) return {}
  const parts = partsOf(key)
  if (typeof object.name === 'object') {
    const [schema, name] = parts as [string, string]
    const bare = object.kind === 'index' && 'definition' in walked
    return {
      name: { schema, name },
      ...(bare ? { definition: renameSelf(walked.definition, object.name.name, name) } : {}),
    }
  }
  const name = parts.at(-1)!
  const defined = object.kind === 'trigger' && walked.kind === 'trigger'
  return { name, ...(defined ? { definition: renameSelf(walked.definition, object.name, name) } : {}) }
}

/** Only where one column of the name is needed can the text say which is meant. */
function renameColumns(
  value: string,
  object: SchemaObject,
  { catalog, keys, columns, goal }: Rewrite,
): string {
  const needs = catalog.needs.get(object.key)
  let text = value
  for (const column of columns) {
    if (!needs?.has(column.key) && !isKeyOf(object, column)) continue
    const alike = [...(needs ?? [])].filter((key) => {
      const need = catalog.objects.get(key)
      return need?.kind === 'column' && need.name === column.name
    })
    if (alike.length > 1) continue
    const name = partsOf(keys.of(column.key)).at(-1)!
    const view = renameColumnInView(text, column.name, name)
    const after = goal?.objects.get(keys.of(object.key))
    const shown = after && 'query' in after && after.query === view
    text = shown ? view : renameColumnIn(text, column.name, name)
  }
  return text
}

/** A partitioned table and its key are not said to need the column. */
const isKeyOf = (object: SchemaObject, { table }: Column): boolean =>
  object.kind === 'table' && object.key === table && object.partitionKey !== undefined

interface Ways {
  readonly keys: RenamedKeys
  readonly catalog: Catalog
}

/** Tables before their members; a name is free before it is taken. */
function actionsOf(renames: readonly Rename[], ways: Ways): readonly Action[] {
  const members = renames.filter(({ from }) => MEMBER_KINDS.has(kindIn(from)))
  const tables = renames.filter(({ from }) => kindIn(from) === 'table')
  const others = renames.filter((rename) => !members.includes(rename) && !tables.includes(rename))
  return [...inFreeOrder(tables), ...inFreeOrder(others), ...inFreeOrder(members)].flatMap((rename) =>
    renameOne(rename, ways),
  )
}

const MEMBER_KINDS = new Set(['column', 'constraint', 'trigger', 'policy', 'rule'])

function inFreeOrder(renames: readonly Rename[]): readonly Rename[] {
  const waiting = [...renames]
  const ordered: Rename[] = []
  const last: Rename[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ to }) => !waiting.some(({ from }) => from === to))
    if (next >= 0) ordered.push(...waiting.splice(next, 1))
    else {
      // A ring of names: one of them steps aside.
      const [first] = waiting.splice(0, 1) as [Rename]
      const aside = first.from.replace(/"$/, '__aside"') as ObjectKey
      ordered.push({ from: first.from, to: aside })
      last.push({ from: aside, to: first.to })
    }
  }
  return [...ordered, ...last]
}

const WORDS: Readonly<Record<string, string>> = {
  table: 'TABLE',
  index: 'INDEX',
  view: 'VIEW',
  matview: 'MATERIALIZED VIEW',
  sequence: 'SEQUENCE',
  enum: 'TYPE',
  type: 'TYPE',
  domain: 'DOMAIN',
  statistics: 'STATISTICS',
  schema: 'SCHEMA',
}

function renameOne({ from, to }: Rename, { keys, catalog }: Ways): readonly Action[] {
  const kind = kindIn(from)
  const [before, after] = [partsOf(from), partsOf(to)]
  const [old, name] = [before.at(-1)!, after.at(-1)!]
  const object = catalog.objects.get(from)
  if (MEMBER_KINDS.has(kind)) {
    const table = object && 'table' in object ? keys.of(object.table) : ownerIn(from)
    return old === name ? [] : [member({ kind, table, old, name })]
  }
  const word = WORDS[kind]
  if (word === undefined) return []
  const moves = before[0] !== after[0] && before.length > 1
  const place = moves ? ident(after[0]!, old) : nameIn(from)
  // Indexes and owned sequences go with their table, which was first.
  const along = object?.kind === 'index' || (object?.kind === 'sequence' && object.ownedBy !== undefined)
  const moved = moves && !along ? after[0]! : undefined
  // Programs name the parent.
  const partition = object?.kind === 'table' && object.partitionOf !== undefined
  const actions = [
    ...(moved === undefined
      ? []
      : [
          plain(
            `ALTER ${word} ${nameIn(from)} SET SCHEMA ${ident(moved)}`,
            `ALTER ${word} ${place} SET SCHEMA ${ident(before[0]!)}`,
            { from, to },
          ),
        ]),
    ...(old === name
      ? []
      : [
          plain(
            `ALTER ${word} ${place} RENAME TO ${ident(name)}`,
            `ALTER ${word} ${nameIn(to)} RENAME TO ${ident(old)}`,
            { from, to },
          ),
        ]),
  ]
  return partition ? actions.map((action) => ({ ...action, hazards: [] })) : actions
}

const ownerIn = (key: ObjectKey): ObjectKey =>
  `table ${nameIn(key).replace(/\."(?:[^"]|"")*"$/, '')}` as ObjectKey

function plain(sql: string, back: string, { from, to }: Rename): Action {
  const [old, now] = [labelOfKey(from), labelOfKey(to)]
  const kind = kindIn(from)
  const named = kind === 'table' || kind === 'view' || kind === 'matview'
  const safe = `${sql}; CREATE VIEW ${nameIn(from)} AS SELECT * FROM ${nameIn(to)}`
  const mode = kind === 'index' ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
  return {
    sql,
    locks: named || kind === 'index' || kind === 'sequence' ? [{ relation: old, mode }] : [],
    hazards: named ? [planHazard('rename-table', { old, new: now, sql: safe })] : [],
    reverse: { sql: [back] },
  }
}

interface Member {
  readonly kind: string
  readonly table: ObjectKey
  readonly old: string
  readonly name: string
}

function member({ kind, table, old, name }: Member): Action {
  const change = (from: string, to: string): string => {
    const word = kind.toUpperCase()
    if (kind === 'trigger' || kind === 'policy' || kind === 'rule')
      return `ALTER ${word} ${ident(from)} ON ${nameIn(table)} RENAME TO ${ident(to)}`
    return `ALTER TABLE ${nameIn(table)} RENAME ${word} ${ident(from)} TO ${ident(to)}`
  }
  const hazards: readonly ActionHazard[] =
    kind === 'column'
      ? [
          planHazard('rename-column', {
            table: labelOfKey(table),
            old: plainIdent(old),
            new: plainIdent(name),
          }),
        ]
      : []
  return {
    sql: change(old, name),
    locks: [{ relation: labelOfKey(table), mode: 'ACCESS EXCLUSIVE' }],
    hazards,
    reverse: { sql: [change(name, old)] },
  }
}
