import type { SqlNode } from './parser.ts'

/**
 * How a statement can be run.
 * transaction: inside of one, with others · alone: the server refuses it inside of a transaction ·
 * control: BEGIN, COMMIT and the like, which are the runner's · client: needs a client that sends data (COPY FROM STDIN)
 */
export type StatementClass = 'transaction' | 'alone' | 'control' | 'client'

export function classify(node: SqlNode): StatementClass {
  if ('TransactionStmt' in node) return 'control'
  if ('CopyStmt' in node) {
    const { filename, is_program } = node.CopyStmt
    return filename === undefined && is_program !== true ? 'client' : 'transaction'
  }
  return runsAlone(node) ? 'alone' : 'transaction'
}

/** Whether it waits for the end of other transactions without keeping anybody from reading or writing meanwhile. */
export function waitsPatiently(node: SqlNode): boolean {
  if ('IndexStmt' in node || 'DropStmt' in node || 'AlterTableStmt' in node) return runsAlone(node)
  if ('ReindexStmt' in node) return isConcurrent(node.ReindexStmt.params)
  if (!('VacuumStmt' in node) || node.VacuumStmt.is_vacuumcmd !== true) return false
  return !(node.VacuumStmt.options ?? []).some((o) => 'DefElem' in o && o.DefElem.defname === 'full')
}

/** Statements for which PostgreSQL calls PreventInTransactionBlock(). */
function runsAlone(node: SqlNode): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true
  if ('DropStmt' in node) return node.DropStmt.concurrent === true
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true
  if ('ReindexStmt' in node) return reindexAlone(node.ReindexStmt)
  if ('AlterTableStmt' in node) {
    return (node.AlterTableStmt.cmds ?? []).some(
      (cmd) =>
        'AlterTableCmd' in cmd &&
        cmd.AlterTableCmd.subtype === 'AT_DetachPartition' &&
        cmd.AlterTableCmd.def !== undefined &&
        'PartitionCmd' in cmd.AlterTableCmd.def &&
        cmd.AlterTableCmd.def.PartitionCmd.concurrent === true,
    )
  }
  // A body that commits.
  if ('DoStmt' in node) return commits(node.DoStmt)
  // CLUSTER without a table goes through all of them in transactions of its own.
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined
  // A new enum value cannot be used before its transaction has ended: alone, later statements of the file may use it.
  if ('AlterEnumStmt' in node) return node.AlterEnumStmt.newVal !== undefined && !node.AlterEnumStmt.oldVal
  return ALWAYS_ALONE.some((kind) => kind in node)
}

function commits({ args = [] }: Extract<SqlNode, { DoStmt: unknown }>['DoStmt']): boolean {
  const bodies = args.flatMap((arg) => ('DefElem' in arg && arg.DefElem.arg ? [arg.DefElem.arg] : []))
  return bodies.some((body) => 'String' in body && /^\s*(COMMIT|ROLLBACK)\s*;/im.test(body.String.sval ?? ''))
}

const ALWAYS_ALONE = [
  'AlterSystemStmt',
  'CreatedbStmt',
  'DropdbStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'CreateSubscriptionStmt',
  'DropSubscriptionStmt',
] as const

function reindexAlone(reindex: Extract<SqlNode, { ReindexStmt: unknown }>['ReindexStmt']): boolean {
  const { kind, params = [] } = reindex
  if (kind !== 'REINDEX_OBJECT_INDEX' && kind !== 'REINDEX_OBJECT_TABLE') return true
  return isConcurrent(params)
}

function isConcurrent(params: readonly SqlNode[] = []): boolean {
  return params.some((p) => 'DefElem' in p && p.DefElem.defname === 'concurrently')
}
