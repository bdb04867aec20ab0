import type { PlanStatement } from '../../diff/index.ts'
import { addTo, displayName, qualified } from '../../kernel/index.ts'
import { type Catalog, type ObjectKey, objectKey } from '../../model/index.ts'
import { parseOne, relationName, type SqlNode } from '../../sql/index.ts'
import type { PolicyOf } from '../policies.ts'
import { createsIn, type NewTables } from './new-tables.ts'

interface Input {
  readonly from: Catalog
  readonly to: Catalog
  readonly policies: readonly PolicyOf[]
}

/** Partitions, indexes, statistics and comments of a new table stand behind it, and go with it on the way back. */
export async function groupByTable(
  statements: readonly PlanStatement[],
  input: Input,
  tables: NewTables,
): Promise<readonly PlanStatement[]> {
  const nodes = await Promise.all(statements.map(({ sql }) => parseOne(sql)))
  const owners = statements.map(({ runs, locks }, i) =>
    runs === 'alone' || locks.length > 0 ? undefined : ownerOf(nodes[i]!, input.to, tables),
  )
  const attached = attachedIn(nodes)
  const creates = createsIn(statements)
  const made = new Map([...creates].map(([key, i]) => [i, key]))
  const behind = new Map<ObjectKey, PlanStatement[]>()
  const moved = new Set<number>()
  for (const [i, owner] of owners.entries()) {
    const at = owner === undefined ? undefined : creates.get(owner)
    if (owner === undefined || at === undefined || i <= at || made.has(i)) continue
    moved.add(i)
    addTo(behind, owner, { ...statements[i]!, reverse: { sql: [] } })
  }
  return statements.flatMap((statement, i) => {
    const table = made.get(i)
    if (table !== undefined) return [statement, ...withHeading(behind.get(table) ?? [], table, input)]
    if (moved.has(i)) return []
    const node = nodes[i]!
    const goesAlong = isOfNewView(node, input) || attached.has(indexName(node))
    return [goesAlong ? { ...statement, reverse: { sql: [] } } : statement]
  })
}

/** Indexes that are put under one of a partitioned table: it takes them along when it is dropped. */
function attachedIn(nodes: readonly SqlNode[]): ReadonlySet<string> {
  return new Set(
    nodes.flatMap((node) => {
      if (!('AlterTableStmt' in node) || node.AlterTableStmt.objtype !== 'OBJECT_INDEX') return []
      return (node.AlterTableStmt.cmds ?? []).flatMap((cmd) => {
        const def = 'AlterTableCmd' in cmd ? cmd.AlterTableCmd.def : undefined
        return def && 'PartitionCmd' in def ? [qualified(relationName(def.PartitionCmd.name))] : []
      })
    }),
  )
}

function indexName(node: SqlNode): string {
  if (!('IndexStmt' in node) || !node.IndexStmt.idxname) return ''
  const { schema } = relationName(node.IndexStmt.relation)
  return qualified({ schema, name: node.IndexStmt.idxname })
}

/** An index of a new materialized view goes with it. */
function isOfNewView(node: SqlNode, { from, to }: Input): boolean {
  if (!('IndexStmt' in node)) return false
  const view = objectKey('matview', relationName(node.IndexStmt.relation))
  return to.objects.has(view) && !from.objects.has(view)
}

/** The new table that a statement is about, where it needs nothing else that is new. */
function ownerOf(node: SqlNode, to: Catalog, tables: NewTables): ObjectKey | undefined {
  const [table, key] = aboutOf(node, to)
  if (table === undefined || !tables.all.has(table)) return undefined
  return key === undefined || tables.isOf(table, key) ? tables.rootOf(table) : undefined
}

/** Table and object. */
function aboutOf(node: SqlNode, to: Catalog): readonly [table?: ObjectKey | undefined, object?: ObjectKey] {
  if ('CreateStmt' in node && node.CreateStmt.partbound !== undefined)
    return [objectKey('table', relationName(node.CreateStmt.relation))]
  if ('IndexStmt' in node) {
    const { schema, name } = relationName(node.IndexStmt.relation)
    const index = objectKey('index', { schema, name: node.IndexStmt.idxname ?? '' })
    return to.objects.has(index) ? [objectKey('table', { schema, name }), index] : []
  }
  if ('CreateStatsStmt' in node) {
    const [relation] = node.CreateStatsStmt.relations ?? []
    const [schema, name] = words(node.CreateStatsStmt.defnames)
    if (relation === undefined || !('RangeVar' in relation) || name === undefined) return []
    const table = objectKey('table', relationName(relation.RangeVar))
    return [table, objectKey('statistics', { schema: schema!, name })]
  }
  if ('CommentStmt' in node) return [tableOfComment(node.CommentStmt)]
  return []
}

function tableOfComment({
  objtype,
  object,
}: Extract<SqlNode, { CommentStmt: unknown }>['CommentStmt']): ObjectKey | undefined {
  const [schema, name] = object !== undefined && 'List' in object ? words(object.List.items) : []
  const ofTable = objtype === 'OBJECT_TABLE' || objtype === 'OBJECT_COLUMN'
  return ofTable && schema !== undefined && name !== undefined
    ? objectKey('table', { schema, name })
    : undefined
}

function words(parts: readonly SqlNode[] = []): readonly string[] {
  return parts.flatMap((part) => ('String' in part ? [part.String.sval ?? ''] : []))
}

/** Above the first partition: how many there are, and by which rule. */
function withHeading(
  statements: readonly PlanStatement[],
  table: ObjectKey,
  { to, policies }: Input,
): readonly PlanStatement[] {
  const parent = to.objects.get(table)
  const first = statements.findIndex(({ sql }) => sql.startsWith('CREATE ') && sql.includes(' PARTITION OF '))
  if (parent?.kind !== 'table' || first < 0 || statements[first]!.comment !== undefined) return statements
  const leaves = [...to.objects.values()].filter((o) => o.kind === 'table' && o.partitionOf?.parent === table)
  const policy = policies.find(({ table: of }) => objectKey('table', of) === table)
  const count = `${leaves.length} partition${leaves.length === 1 ? '' : 's'}`
  const every = policy === undefined ? '' : `: every ${policy.every}, in UTC`
  const comment = `${count} of ${displayName(parent.name)}${every}`
  return statements.map((s, i) => (i === first ? { ...s, comment } : s))
}
