import { classify, type FileStatement } from '../sql/index.ts'
import type { Hit, Judged } from './rule.ts'

/** A finding about BEGIN and COMMIT. */
export interface BlockHit extends Hit {
  /** The number of the statement in the file. */
  readonly statement: number
}

const OPENS = new Set(['TRANS_STMT_BEGIN', 'TRANS_STMT_START'])
const CLOSES = new Set(['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK', 'TRANS_STMT_PREPARE'])

/**
 * Which statements share a transaction. As gigarow migrate up does it: all of a file, unless one of them runs alone; then each has
 * its own. BEGIN and COMMIT in the file count as they stand.
 */
export function judge(
  text: string,
  statements: readonly FileStatement[],
): { readonly judged: readonly Judged[]; readonly hits: readonly BlockHit[] } {
  const alone = statements.some(({ node }) => classify(node) === 'alone')
  const blocks = statements.some(({ node }) => 'TransactionStmt' in node)
  const hits: BlockHit[] = []
  let open: number | undefined
  const judged = statements.map(({ sql, node, line, offset }, i): Judged => {
    const kind = 'TransactionStmt' in node ? (node.TransactionStmt.kind ?? '') : ''
    if (OPENS.has(kind)) {
      if (open !== undefined) hits.push(nested(i, 'BEGIN within a transaction'))
      open ??= i
    } else if (CLOSES.has(kind)) {
      if (open === undefined) hits.push(nested(i, 'There is no transaction to end'))
      open = undefined
    }
    const single = open === undefined && (alone || blocks)
    return {
      sql,
      node,
      line,
      byte: Buffer.byteLength(text.slice(0, offset)),
      transaction: open ?? (single ? i : -1),
      inBlock: open !== undefined,
    }
  })
  if (open !== undefined) hits.push({ rule: 'uncommitted-transaction', facts: {}, statement: open })
  return { judged, hits }
}

function nested(statement: number, name: string): BlockHit {
  return { rule: 'transaction-nesting', facts: { name }, statement }
}
