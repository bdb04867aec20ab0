import { plainIdent, plainName } from '../../kernel/index.ts'
import { relationName, type SqlNode } from '../../sql/index.ts'
import { type Context, everyStatement, type Hit, type Judged } from '../rule.ts'
import { columnsIn, commandsOf, find, type Node } from '../tree.ts'
import type { KnownTable } from '../world.ts'

export const DATA_RULES = [
  everyStatement((node, context) => {
    if (!CHANGES.some((kind) => kind in node)) return []
    return [
      ...find(node, 'UpdateStmt').flatMap((update) => [
        ...twice(update),
        ...changed({ ...update, deletes: false }, context),
      ]),
      ...find(node, 'DeleteStmt').flatMap((gone) => changed({ ...gone, deletes: true }, context)),
      ...find(node, 'MergeStmt').flatMap((merge) => merged(merge, context)),
    ]
  }),
]

/** Bodies of functions and rules are left alone: they do not run now. */
const CHANGES = ['UpdateStmt', 'DeleteStmt', 'MergeStmt', 'InsertStmt', 'SelectStmt', 'CreateTableAsStmt']

function twice({ targetList }: Node<'UpdateStmt'>): readonly Hit[] {
  const seen = new Set<string>()
  return find(targetList, 'ResTarget').flatMap(({ name, indirection }): Hit[] => {
    // a[1] = …, a[2] = … sets two places of one column.
    if (name === undefined || indirection !== undefined) return []
    if (seen.has(name)) return [{ rule: 'duplicate-assignment', facts: { column: plainIdent(name) } }]
    seen.add(name)
    return []
  })
}

/** What it does to rows that match is an UPDATE or a DELETE whose condition is in several places. */
function merged(merge: Node<'MergeStmt'>, context: Context): readonly Hit[] {
  const { relation, sourceRelation, joinCondition, mergeWhenClauses } = merge
  const table = context.live(relationName(relation))
  const changes = find(mergeWhenClauses, 'MergeWhenClause').filter(({ commandType }) =>
    CHANGING.has(commandType ?? ''),
  )
  if (table === undefined || (sourceRelation !== undefined && isSmall(sourceRelation, table))) return []
  const open = changes.filter(({ matchKind, condition }) => {
    // A bound of the source leaves out what it does not match.
    const on = matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' ? undefined : joinCondition
    return ![on, condition].some((part) => part !== undefined && isBounded(part, table))
  })
  const first = open.find(({ commandType }) => commandType === 'CMD_DELETE') ?? open[0]
  if (first === undefined) return []
  const deletes = first.commandType === 'CMD_DELETE'
  const whereClause = first.condition ?? (isTrue(joinCondition) ? undefined : joinCondition)
  return changed({ relation, whereClause, deletes, sql: MERGE_IN_BATCHES }, context)
}

const CHANGING = new Set(['CMD_UPDATE', 'CMD_DELETE'])

const MERGE_IN_BATCHES = `-- each batch in a transaction of its own:
MERGE INTO … USING (SELECT … FROM … WHERE id BETWEEN … AND …) …;`

/** A list of values, or a batch of a table. */
function isSmall(source: SqlNode, table: KnownTable): boolean {
  if (!('RangeSubselect' in source)) return false
  const { subquery } = source.RangeSubselect
  if (subquery === undefined || !('SelectStmt' in subquery)) return false
  const { valuesLists, limitCount, whereClause } = subquery.SelectStmt
  if ((valuesLists ?? []).length > 0 || limitCount !== undefined) return true
  return whereClause !== undefined && isBounded(whereClause, table)
}

function isTrue(condition: SqlNode | undefined): boolean {
  return condition !== undefined && 'A_Const' in condition
}

interface Change {
  readonly relation?: Node<'RangeVar'> | undefined
  readonly whereClause?: SqlNode | undefined
  readonly deletes: boolean
  /** Its safe form, where that is not one more condition. */
  readonly sql?: string
}

function changed({ relation, whereClause, deletes, sql }: Change, context: Context): readonly Hit[] {
  const table = context.live(relationName(relation))
  if (table === undefined || (whereClause !== undefined && isBounded(whereClause, table))) return []
  const name = plainName(table.name)
  const hits: Hit[] =
    deletes && whereClause === undefined ? [{ rule: 'delete-all', facts: { table: name }, table }] : []
  const ddl = context.before.find((other) => locks(other, context))
  if (ddl !== undefined) {
    const facts = { table: name, other: locks(ddl, context)!, name: String(ddl.line) }
    return [...hits, { rule: 'change-with-ddl', facts, table }]
  }
  if (hits.length > 0) return hits
  const facts = { table: name, sql: sql ?? inBatches(context.statement, table, whereClause) }
  return [{ rule: 'unbounded-change', facts, table }]
}

/** The table that an earlier statement of the transaction keeps locked. */
function locks({ node, transaction }: Judged, { statement, live }: Context): string | undefined {
  if (transaction !== statement.transaction) return undefined
  const relation = lockedRelation(node)
  const table = relation === undefined ? undefined : live(relationName(relation))
  return table === undefined ? undefined : plainName(table.name)
}

function lockedRelation(node: SqlNode): Node<'RangeVar'> | undefined {
  if ('AlterTableStmt' in node) {
    const heavy = commandsOf(node.AlterTableStmt).some(({ subtype }) => !LIGHT.has(subtype ?? ''))
    return heavy ? node.AlterTableStmt.relation : undefined
  }
  if ('IndexStmt' in node) return node.IndexStmt.relation
  if ('RenameStmt' in node) return node.RenameStmt.relation
  return 'CreateTrigStmt' in node ? node.CreateTrigStmt.relation : undefined
}

/** SHARE UPDATE EXCLUSIVE: reads and writes go on. */
const LIGHT = new Set([
  'AT_ValidateConstraint',
  'AT_SetStatistics',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_AttachPartition',
])

/** Whether a condition looks like one for a batch. */
export function isBounded(where: SqlNode, table: KnownTable): boolean {
  if ('BoolExpr' in where) {
    const args = where.BoolExpr.args ?? []
    if (where.BoolExpr.boolop === 'NOT_EXPR') return false
    if (where.BoolExpr.boolop === 'OR_EXPR') return args.every((arg) => isBounded(arg, table))
    return args.some((arg) => isBounded(arg, table)) || (hasLimit(args, '>') && hasLimit(args, '<'))
  }
  if ('CurrentOfExpr' in where) return true
  if ('SubLink' in where)
    return find(where.SubLink.subselect, 'SelectStmt').some((s) => s.limitCount !== undefined)
  if (!('A_Expr' in where)) return false
  const { kind, name, lexpr, rexpr } = where.A_Expr
  if (kind === 'AEXPR_BETWEEN') return true
  const sign = name?.[0] !== undefined && 'String' in name[0] ? name[0].String.sval : ''
  const keyed = columnsIn(lexpr).some((column) => isKey(column, table))
  if (kind === 'AEXPR_IN' || kind === 'AEXPR_OP_ANY') return keyed || columnsIn(lexpr).includes('ctid')
  const limited = find(rexpr, 'SelectStmt').some((select) => select.limitCount !== undefined)
  return sign === '=' && (limited || (keyed && columnsIn(rexpr).length === 0))
}

function hasLimit(args: readonly SqlNode[], sign: '<' | '>'): boolean {
  return args.some((arg) => {
    if (!('A_Expr' in arg) || columnsIn(arg.A_Expr.lexpr).length === 0) return false
    return find(arg.A_Expr.name, 'String').some(({ sval }) => sval === sign || sval === `${sign}=`)
  })
}

function isKey(column: string, table: KnownTable): boolean {
  const unique = [...table.indexes.values()].some(
    (index) => index.unique && index.columns.length === 1 && index.columns[0] === column,
  )
  return unique || column === 'id'
}

function inBatches({ sql }: Judged, table: KnownTable, where: SqlNode | undefined): string {
  const key = [...table.indexes.values()].find((index) => index.unique && index.columns.length === 1)
  const column = plainIdent(key?.columns[0] ?? 'id')
  return `-- each batch in a transaction of its own:
${sql} ${where === undefined ? 'WHERE' : 'AND'} ${column} BETWEEN … AND …;`
}
