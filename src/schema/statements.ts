import { displayName, GigarowError, ident, qualified, type Statement } from '../kernel/index.ts'
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
import { type Before, hazardOf } from './hazards.ts'
import { kitDiff } from './kit.ts'
import { reverseOf } from './reverse.ts'
import { type KitTable, type Snapshot, type TableOptions, tableKey, tableName } from './snapshot.ts'
import { alterStorage, storageOptionsSql } from './storage-sql.ts'

/** Every statement that leads from one state to the other, in order. Pure: dangers are marked, not judged. */
export async function statementsBetween(from: Snapshot, to: Snapshot): Promise<readonly Statement[]> {
  const before = stateBefore(from)
  const made: Statement[] = [...partitionChanges(from, to), ...dropForeignKeys(from, to)]
  for (const sql of await kitDiff(from.drizzle, to.drizzle)) made.push(...(await finish(sql, { before, to })))
  return [...made, ...storageChanges(from, to)]
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
): Promise<readonly Statement[]> {
  const node = concurrently(withoutCascade(qualifyRelations(await parseKit(sql), publicTypes(to))), before)
  if ('CreateStmt' in node) return createTable(node, to)
  const hazard = hazardOf(node, before)
  const reverse = reverseOf(node, before)
  return [
    Object.freeze({
      sql: await deparse(node),
      transactional: classify(node) === 'transaction',
      ...(reverse ? { reverse } : {}),
      ...(hazard ? { hazard } : {}),
    }),
  ]
}

/** drizzle-kit does not escape what it writes between double quotes. */
async function parseKit(sql: string): Promise<SqlNode> {
  try {
    return await parseOne(sql)
  } catch (cause) {
    throw new GigarowError('SCHEMA_INVALID', `drizzle-kit writes what PostgreSQL cannot read: ${sql}`, {
      facts: { sql },
      hint: 'A name with a double quote in it, as a rule: choose another, or write it by hand (gigarow generate --custom).',
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

async function createTable(node: SqlNode, to: Snapshot): Promise<readonly Statement[]> {
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
  const parent: Statement = {
    sql: `${await deparse(edited)}${tablespace}`,
    transactional: true,
    reverse: [`DROP TABLE ${qualified(table)}`],
  }
  const { tablespace: space, ...rest } = place
  const texts = await Promise.all(
    leaves.map(async (leaf) => {
      const sql = await tidy(createLeafSql({ parent: table, ...leaf, ...rest }))
      return space ? `${sql} TABLESPACE ${ident(space)}` : sql
    }),
  )
  const made = texts.map((sql, i): Statement => {
    const comment = `${leaves.length} partition${leaves.length === 1 ? '' : 's'} of ${displayName(table)}${policy ? `: every ${policy.every}, in UTC` : ''}`
    return { sql, transactional: true, reverse: [], ...(i === 0 ? { comment } : {}) }
  })
  return [parent, ...made]
}

/** As the other statements are written: names quoted only where they have to be. */
export async function tidy(sql: string): Promise<string> {
  return deparse(await parseOne(sql))
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
function partitionsOf({ policy, leaves = [] }: TableOptions): string {
  if (policy) return JSON.stringify([policy.every, policy.from, policy.to ?? null])
  return JSON.stringify(leaves.map(({ name, bound }) => [name, bound]).sort())
}

function storageChanges(from: Snapshot, to: Snapshot): readonly Statement[] {
  return tablesInBoth(from, to)
    .filter(({ a }) => a.partitionBy === undefined)
    .flatMap(({ table, a, b }) => alterStorage(tableName(table), a.storage, b.storage))
}
