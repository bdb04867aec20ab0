import { type FileStatement, groupsOfFile } from '../sql/index.ts'
import type { Hit, Judged } from './rule.ts'

/** A finding about BEGIN and COMMIT. */
export interface BlockHit extends Hit {
  /** The number of the statement in the file. */
  readonly statement: number
}

const OPENS = new Set(['TRANS_STMT_BEGIN', 'TRANS_STMT_START'])
const CLOSES = new Set(['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK', 'TRANS_STMT_PREPARE'])

/**
 * Which statements share a transaction: as gigarow migrate up groups them. In a file with BEGIN and COMMIT these count as they stand,
 * and each statement outside of them is on its own.
 */
export function judge(
  { text, file }: { readonly text: string; readonly file: string },
  statements: readonly FileStatement[],
): { readonly judged: readonly Judged[]; readonly hits: readonly BlockHit[] } {
  const groups = groupsOfFile({ text, file }, statements)
  const groupOf = new Map(groups.flatMap((group, i) => group.statements.map((one) => [one, i] as const)))
  const blocks = statements.some(({ node }) => 'TransactionStmt' in node)
  const hits: BlockHit[] = []
  let open: number | undefined
  const judged = statements.map((one, i): Judged => {
    const { sql, node, line, offset } = one
    const kind = 'TransactionStmt' in node ? (node.TransactionStmt.kind ?? '') : ''
    if (OPENS.has(kind)) {
      if (open !== undefined) hits.push(nested(i, 'BEGIN within a transaction'))
      open ??= i
    } else if (CLOSES.has(kind)) {
      if (open === undefined) hits.push(nested(i, 'There is no transaction to end'))
      open = undefined
    }
    return {
      sql,
      node,
      line,
      byte: Buffer.byteLength(text.slice(0, offset)),
      transaction: open ?? (blocks ? i : groupOf.get(one)!),
      inBlock: open !== undefined,
    }
  })
  if (open !== undefined) hits.push({ rule: 'uncommitted-transaction', facts: {}, statement: open })
  return { judged, hits }
}

function nested(statement: number, name: string): BlockHit {
  return { rule: 'transaction-nesting', facts: { name }, statement }
}
