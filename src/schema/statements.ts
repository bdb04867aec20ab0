import { GigarowError, ident, type QualifiedName } from '../kernel/index.ts'
import { boundSql, createLeafSql, keySql, type Leaf } from '../model/index.ts'
import {
  deparse,
  editCreateTable,
  parseOne,
  qualifyRelations,
  relationName,
  type SqlNode,
} from '../sql/index.ts'
import type { DeclaredSchema, GigarowTable } from './declared.ts'
import type { KitSql } from './kit.ts'
import { type Step, stepOf } from './order.ts'
import { relationRef } from './references.ts'
import { storageOptionsSql } from './storage-sql.ts'
import { tidy } from './tidy.ts'

/** drizzle-kit's statements as ours: schemas named, our clauses added, partitions behind their table. */
export async function kitSteps(
  { statements, publicEnums }: KitSql,
  declared: DeclaredSchema,
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const sql of statements) {
    const node = qualifyRelations(await parseKit(sql), publicEnums)
    if ('CreateStmt' in node) steps.push(...(await createTable(node, declared)))
    else steps.push(await stepOf(await matViewSql(node, declared)))
  }
  return steps
}

/** drizzle-kit does not escape what it writes between double quotes. */
async function parseKit(sql: string): Promise<SqlNode> {
  try {
    return await parseOne(sql)
  } catch (cause) {
    throw new GigarowError('SCHEMA_INVALID', `drizzle-kit writes what PostgreSQL cannot read: ${sql}`, {
      facts: { sql },
      hint: 'A name with a double quote or a semicolon in it, as a rule: choose another.',
      cause,
    })
  }
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
async function matViewSql(node: SqlNode, { matViews }: DeclaredSchema): Promise<string> {
  if (!('CreateTableAsStmt' in node) || node.CreateTableAsStmt.objtype !== 'OBJECT_MATVIEW') {
    return deparse(node)
  }
  const { into, query } = node.CreateTableAsStmt
  const declared = findBy(matViews, relationName(into?.rel))
  if (query === undefined) return deparse(node)
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

function findBy<T extends { readonly name: QualifiedName }>(
  all: readonly T[],
  { schema, name }: QualifiedName,
): T | undefined {
  return all.find((one) => one.name.schema === schema && one.name.name === name)
}

async function createTable(node: SqlNode, { tables }: DeclaredSchema): Promise<readonly Step[]> {
  const name = relationName('CreateStmt' in node ? node.CreateStmt.relation : undefined)
  const { partitionKey, leaves = [], storage }: Partial<GigarowTable> = findBy(tables, name) ?? {}
  const place = {
    options: storageOptionsSql(storage),
    ...(storage?.unlogged ? { unlogged: true } : {}),
    ...(storage?.tablespace ? { tablespace: storage.tablespace } : {}),
  }
  // A partitioned parent holds no rows: it refuses storage parameters and UNLOGGED, its partitions take them.
  const edited = await editCreateTable(node, partitionKey ? { partitionBy: keySql(partitionKey) } : place)
  const tablespace = place.tablespace && !partitionKey ? `\nTABLESPACE ${ident(place.tablespace)}` : ''
  const first = await stepOf(`${await deparse(edited)}${tablespace}`)
  const made = await leafSql(name, leaves, place)
  return [
    first,
    ...made.map((leaf): Step => {
      const makes = new Set([relationRef(name.schema, leaf.name)])
      return { sql: leaf.sql, label: leaf.name, makes, needs: first.makes }
    }),
  ]
}

interface Place {
  readonly options: string
  readonly unlogged?: boolean
  readonly tablespace?: string
}

async function leafSql(
  parent: QualifiedName,
  leaves: readonly Leaf[],
  place: Place,
): Promise<readonly { readonly sql: string; readonly name: string }[]> {
  const { tablespace, ...rest } = place
  const made: { sql: string; name: string }[] = []
  for (const { name, bound, partitionKey, leaves: below = [] } of leaves) {
    const by = partitionKey ? { partitionBy: keySql(partitionKey) } : {}
    const sql = await tidy(createLeafSql({ parent, name, bound: boundSql(bound), ...by, ...rest }))
    const space = tablespace && !partitionKey ? ` TABLESPACE ${ident(tablespace)}` : ''
    made.push({ sql: `${sql}${space}`, name })
    made.push(...(await leafSql({ schema: parent.schema, name }, below, place)))
  }
  return made
}
