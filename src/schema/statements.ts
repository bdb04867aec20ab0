import {
  displayName,
  GigarowError,
  ident,
  type QualifiedName,
  qualified,
  type Statement,
} from '../kernel/index.ts'
import { createLeafSql } from '../model/index.ts'
import {
  classify,
  deparse,
  droppedObjects,
  editCreateTable,
  parseOne,
  qualifyRelations,
  relationName,
  type SqlNode,
} from '../sql/index.ts'
import type { DeclarationRename } from './declared-renames.ts'
import { type Before, hazardOf } from './hazards.ts'
import { emptyKitSnapshot, kitDiff } from './kit.ts'
import { applyRenames } from './kit-renames.ts'
import { type ObjectChanges, objectChanges } from './object-changes.ts'
import { type Drops, inDropOrder, inOrder, type Step, stepOf } from './order.ts'
import { relationRef } from './references.ts'
import { reverseOf } from './reverse.ts'
import {
  type KitTable,
  type LeafState,
  type Snapshot,
  type TableOptions,
  tableKey,
  tableName,
} from './snapshot.ts'
import { alterStorage, storageOptionsSql } from './storage-sql.ts'
import { tidy } from './tidy.ts'

/** Every statement that leads from one state to the other, in order. Pure: dangers are marked, not judged. */
export async function statementsBetween(
  from: Snapshot,
  to: Snapshot,
  renames: readonly DeclarationRename[] = [],
): Promise<readonly Statement[]> {
  const renamed = applyRenames(from, to, renames)
  const { from: start } = renamed
  const before = stateBefore(start)
  const kit: KitStep[] = []
  for (const sql of await kitDiff(start.drizzle, to.drizzle)) kit.push(...(await finish(sql, { before, to })))
  const dropped = new Set(kit.flatMap(({ statement }) => statement.drops))
  const objects = await objectChanges(start.objects ?? {}, to.objects ?? {}, {
    lives: (ref) => refsOf(start).has(ref),
    isPartitioned: (ref) => partitionedRefs(start).has(ref),
    dropped,
  })
  const drops = await dropOrder(start, objects)
  const creates = [
    ...objects.creates.filter(isExtension),
    ...kit,
    ...objects.creates.filter((step) => !isExtension(step)),
  ]
  const fixed = new Set([...dropped, ...objects.drops.flatMap(({ makes }) => [...makes])])
  return [
    ...(await Promise.all(renamed.statements.map(async (s) => ({ ...s, sql: await tidy(s.sql) })))),
    ...partitionChanges(start, to),
    ...drops.early.map(({ statement }) => statement),
    ...dropForeignKeys(start, to),
    ...inOrder(creates, fixed).map(withoutDrops),
    ...storageChanges(start, to),
    ...matViewChanges(start, to, dropped),
    ...drops.late.map(({ statement }) => statement),
  ]
}

const isExtension = ({ label }: Step): boolean => label.startsWith('extension ')

async function dropOrder(start: Snapshot, { drops, creates }: ObjectChanges): Promise<Drops> {
  if (drops.length === 0) return { early: [], late: [] }
  const before = stateBefore({ ...start, drizzle: await emptyKitSnapshot() })
  const tables: Step[] = []
  for (const sql of await kitDiff(await emptyKitSnapshot(), start.drizzle)) {
    tables.push(...(await finish(sql, { before, to: start })))
  }
  const nothing = { lives: () => false, isPartitioned: () => false, dropped: new Set<string>() }
  const made = await objectChanges({}, start.objects ?? {}, nothing)
  const { early, late } = inDropOrder(drops, { tables, objects: made.creates })
  // What is made anew has to go before that.
  const again = (step: Step) => creates.some(({ label }) => label === step.label)
  const last = late.filter((step) => !again(step) && !isExtension(step))
  const extensions = [...early, ...late].filter((step) => !again(step) && isExtension(step))
  const stay = new Set([...last, ...extensions])
  return { early: [...early, ...late].filter((step) => !stay.has(step)), late: [...last, ...extensions] }
}

/** A statement of drizzle-kit's, and the relations that it drops. */
interface KitStatement extends Statement {
  readonly drops: readonly string[]
}

interface KitStep extends Step {
  readonly statement: KitStatement
}

function withoutDrops(statement: Statement): Statement {
  if (!('drops' in statement)) return statement
  const { drops: _drops, ...rest } = statement as KitStatement
  return Object.freeze(rest)
}

function refsOf(snapshot: Snapshot): ReadonlySet<string> {
  const tables = Object.values(snapshot.drizzle.tables).map(tableName)
  return new Set([...tables, ...viewNames(snapshot)].map(({ schema, name }) => relationRef(schema, name)))
}

function viewNames({ drizzle }: Snapshot): readonly QualifiedName[] {
  const views = Object.values((drizzle.views ?? {}) as Readonly<Record<string, KitTable>>)
  return views.map(tableName)
}

function partitionedRefs({ drizzle, tables }: Snapshot): ReadonlySet<string> {
  return new Set(
    Object.entries(drizzle.tables)
      .filter(([key]) => tables[key]?.partitionBy !== undefined)
      .map(([, table]) => relationRef(tableName(table).schema, table.name)),
  )
}

function stateBefore(from: Snapshot): Before {
  const tables = Object.values(from.drizzle.tables)
  return {
    exists: (table) => tableKey(table) in from.drizzle.tables,
    isPartitioned: (table) => from.tables[tableKey(table)]?.partitionBy !== undefined,
    tableOfIndex: ({ schema, name }) => {
      const owner = tables.find((t) => tableName(t).schema === schema && name in t.indexes)
      return owner && tableName(owner)
    },
  }
}

/** From drizzle-kit's text to our statements: schemas named, our clauses added, indexes made without blocking writers. */
async function finish(
  sql: string,
  { before, to }: { before: Before; to: Snapshot },
): Promise<readonly KitStep[]> {
  const node = concurrently(withoutCascade(qualifyRelations(await parseKit(sql), publicTypes(to))), before)
  if ('CreateStmt' in node) return createTable(node, to)
  const hazard = hazardOf(node, before)
  const reverse = reverseOf(node, before)
  const statement: KitStatement = {
    sql: await matViewSql(node, to),
    transactional: classify(node) === 'transaction',
    ...(reverse ? { reverse } : {}),
    ...(hazard ? { hazard } : {}),
    drops: ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW'].flatMap((kind) =>
      droppedObjects(node, kind).map(({ schema, name }) => relationRef(schema, name)),
    ),
  }
  return [{ ...(await stepOf(statement)), statement }]
}

/** In place of the query, while the rest is written. */
const SELECT_ONE: SqlNode = {
  SelectStmt: {
    targetList: [{ ResTarget: { val: { A_Const: { ival: { ival: 1 } } } } }],
    limitOption: 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  },
}

/** With what materialized() adds: WITH (…), TABLESPACE, WITH NO DATA. Any other statement as it is. */
async function matViewSql(node: SqlNode, to: Snapshot): Promise<string> {
  if (!('CreateTableAsStmt' in node) || node.CreateTableAsStmt.objtype !== 'OBJECT_MATVIEW') {
    return deparse(node)
  }
  const { into, query } = node.CreateTableAsStmt
  const name = relationName(into?.rel)
  const declared = to.matViews?.[tableKey(name)]
  if (query === undefined || (declared === undefined && !into?.tableSpaceName)) return deparse(node)
  const options = storageOptionsSql(declared?.storage)
  const { tableSpaceName, skipData: _skip, ...place } = into ?? {}
  const tablespace = declared?.storage?.tablespace ?? tableSpaceName
  const base = {
    ...node.CreateTableAsStmt,
    into: { ...place, ...(options ? { options: await withClause(options) } : {}) },
  }
  const head = await deparse({ CreateTableAsStmt: { ...base, query: SELECT_ONE } })
  // The writer of SQL leaves TABLESPACE out: it stands between this and the query.
  return [
    `${head.slice(0, head.lastIndexOf(' AS '))}${tablespace ? ` TABLESPACE ${ident(tablespace)}` : ''} AS`,
    await deparse(query),
    ...(declared?.withData === false || into?.skipData ? ['WITH NO DATA'] : []),
  ].join('\n')
}

async function withClause(options: string): Promise<SqlNode[]> {
  const donor = await parseOne(`create table donor () with (${options})`)
  return 'CreateStmt' in donor ? (donor.CreateStmt.options ?? []) : []
}

/** drizzle-kit does not escape what it writes between double quotes. */
async function parseKit(sql: string): Promise<SqlNode> {
  try {
    return await parseOne(sql)
  } catch (cause) {
    throw new GigarowError('SCHEMA_INVALID', `drizzle-kit writes what PostgreSQL cannot read: ${sql}`, {
      facts: { sql },
      hint: 'A name with a double quote or a semicolon in it, as a rule: choose another, or write it by hand (gigarow generate --custom).',
      cause,
    })
  }
}

function publicTypes(to: Snapshot): ReadonlySet<string> {
  const keys = Object.keys((to.drizzle.enums as object | undefined) ?? {})
  return new Set(keys.filter((key) => key.startsWith('public.')).map((key) => key.slice('public.'.length)))
}

/** CASCADE would take along what nobody named: views, foreign keys of other tables. */
function withoutCascade(node: SqlNode): SqlNode {
  if ('DropStmt' in node) return { DropStmt: { ...node.DropStmt, behavior: 'DROP_RESTRICT' } }
  return node
}

/** Indexes of plain tables that exist are made and dropped CONCURRENTLY; of partitioned ones that is impossible. */
function concurrently(node: SqlNode, before: Before): SqlNode {
  if ('IndexStmt' in node) {
    const table = relationName(node.IndexStmt.relation)
    const live = before.exists(table) && !before.isPartitioned(table)
    return live ? { IndexStmt: { ...node.IndexStmt, concurrent: true } } : node
  }
  const [index] = droppedObjects(node, 'OBJECT_INDEX')
  if (!('DropStmt' in node) || index === undefined) return node
  const table = before.tableOfIndex(index)
  return table && !before.isPartitioned(table) ? { DropStmt: { ...node.DropStmt, concurrent: true } } : node
}

async function createTable(node: SqlNode, to: Snapshot): Promise<readonly KitStep[]> {
  const table = relationName('CreateStmt' in node ? node.CreateStmt.relation : undefined)
  const { partitionBy, leaves = [], storage, policy }: TableOptions = to.tables[tableKey(table)] ?? {}
  const place = {
    options: storageOptionsSql(storage),
    ...(storage?.unlogged ? { unlogged: true } : {}),
    ...(storage?.tablespace ? { tablespace: storage.tablespace } : {}),
  }
  // A partitioned parent holds no rows: it refuses storage parameters and UNLOGGED, its partitions take them.
  const edited = await editCreateTable(node, partitionBy ? { partitionBy } : place)
  const tablespace = place.tablespace && !partitionBy ? `\nTABLESPACE ${ident(place.tablespace)}` : ''
  const parent: KitStatement = {
    sql: `${await deparse(edited)}${tablespace}`,
    transactional: true,
    reverse: [`DROP TABLE ${qualified(table)}`],
    drops: [],
  }
  const first = await stepOf(parent)
  const texts = await leafSql(table, leaves, place)
  const made = texts.map(({ sql, name }, i): KitStep => {
    const count = `${texts.length} partition${texts.length === 1 ? '' : 's'}`
    const comment = `${count} of ${displayName(table)}${policy ? `: every ${policy.every}, in UTC` : ''}`
    const makes = new Set([relationRef(table.schema, name)])
    return {
      statement: { sql, transactional: true, reverse: [], drops: [], ...(i === 0 ? { comment } : {}) },
      label: name,
      makes,
      needs: first.makes,
    }
  })
  return [{ ...first, statement: parent }, ...made]
}

interface Place {
  readonly options: string
  readonly unlogged?: boolean
  readonly tablespace?: string
}

async function leafSql(
  parent: QualifiedName,
  leaves: readonly LeafState[],
  place: Place,
): Promise<readonly { readonly sql: string; readonly name: string }[]> {
  const { tablespace, ...rest } = place
  const made: { sql: string; name: string }[] = []
  for (const { leaves: below = [], ...leaf } of leaves) {
    const sql = await tidy(createLeafSql({ parent, ...leaf, ...rest }))
    const space = tablespace && !leaf.partitionBy ? ` TABLESPACE ${ident(tablespace)}` : ''
    made.push({ sql: `${sql}${space}`, name: leaf.name })
    made.push(...(await leafSql({ schema: parent.schema, name: leaf.name }, below, place)))
  }
  return made
}

/** Tables that go together may reference each other: without CASCADE their foreign keys go first. */
function dropForeignKeys(from: Snapshot, to: Snapshot): readonly Statement[] {
  const gone = Object.entries(from.drizzle.tables).filter(([key]) => !(key in to.drizzle.tables))
  const keys = new Set(gone.map(([key]) => key))
  return gone.flatMap(([key, table]) =>
    Object.entries(table.foreignKeys)
      .filter(([, fk]) => {
        const target = tableKey({ schema: fk.schemaTo || 'public', name: fk.tableTo })
        return target !== key && keys.has(target)
      })
      .map(([name]) => ({
        sql: `ALTER TABLE ${qualified(tableName(table))} DROP CONSTRAINT ${ident(name)}`,
        transactional: true,
      })),
  )
}

function tablesInBoth(
  from: Snapshot,
  to: Snapshot,
): readonly { table: KitTable; a: TableOptions; b: TableOptions }[] {
  return Object.entries(to.drizzle.tables)
    .filter(([key]) => key in from.drizzle.tables)
    .map(([key, table]) => ({ table, a: from.tables[key] ?? {}, b: to.tables[key] ?? {} }))
}

/** A change of partitioning moves rows or takes locks that this version has no safe recipe for: never done by itself. */
function partitionChanges(from: Snapshot, to: Snapshot): readonly Statement[] {
  return tablesInBoth(from, to).flatMap(({ table, a, b }) => {
    const name = displayName(tableName(table))
    const text =
      a.partitionBy !== b.partitionBy
        ? `${name} is ${a.partitionBy ? `partitioned by ${a.partitionBy}` : 'a plain table'} and is to be ${b.partitionBy ? `partitioned by ${b.partitionBy}` : 'a plain table'}: every row would have to move`
        : partitionsOf(a) !== partitionsOf(b)
          ? `the partitions of ${name} change, and the table exists: a new one is attached (CREATE TABLE … LIKE, then ALTER TABLE … ATTACH PARTITION), an old one detached`
          : a.partitionBy && storageOptionsSql(a.storage) !== storageOptionsSql(b.storage)
            ? `the storage of ${name} changes, which is partitioned: write ALTER TABLE … SET (…) for each of its partitions`
            : undefined
    return text === undefined
      ? []
      : [{ sql: `-- ${text}`, transactional: true, hazard: { kind: 'never', text } as const }]
  })
}

/** A policy stands for its partitions: those that time has added are no change. */
function partitionsOf({ policy, leaves = [], subpartitionBy }: TableOptions): string {
  if (policy) return JSON.stringify([policy.every, policy.from, policy.to ?? null, subpartitionBy ?? null])
  return JSON.stringify(leafKeys(leaves))
}

function leafKeys(leaves: readonly LeafState[]): readonly unknown[] {
  return leaves
    .map(({ name, bound, partitionBy, leaves: below = [] }) =>
      JSON.stringify([name, bound, ...(partitionBy ? [partitionBy, leafKeys(below)] : [])]),
    )
    .sort()
}

function storageChanges(from: Snapshot, to: Snapshot): readonly Statement[] {
  return tablesInBoth(from, to)
    .filter(({ a }) => a.partitionBy === undefined)
    .flatMap(({ table, a, b }) => alterStorage(tableName(table), a.storage, b.storage))
}

/** Of views that stay as they are: whether they are made with data, and how often refreshed, changes nothing in them. */
function matViewChanges(from: Snapshot, to: Snapshot, dropped: ReadonlySet<string>): readonly Statement[] {
  const before = new Set(viewNames(from).map(tableKey))
  return viewNames(to)
    .filter((name) => before.has(tableKey(name)) && !dropped.has(relationRef(name.schema, name.name)))
    .flatMap((name) =>
      alterStorage(name, from.matViews?.[tableKey(name)]?.storage, to.matViews?.[tableKey(name)]?.storage),
    )
}
