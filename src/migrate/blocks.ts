import { classify, type FileStatement, type SqlNode } from '../sql/index.ts'
import { invalid } from './files.ts'

/** What stands between BEGIN and COMMIT, as one step of a file; `node` is a List of its statements. */
export function asBlock(text: string, statements: readonly FileStatement[]): FileStatement {
  const [first, last] = [statements[0]!, statements.at(-1)!]
  return Object.freeze({
    sql: text.slice(first.offset, last.offset + last.sql.length),
    offset: first.offset,
    line: first.line,
    node: { List: { items: statements.map(({ node }) => node) } },
  })
}

/** The statements of a step: those of a block, else itself. */
export function nodesOf(node: SqlNode): readonly SqlNode[] {
  return 'List' in node ? (node.List.items ?? []) : [node]
}

interface Source {
  readonly text: string
  readonly path: string
}

/** Each BEGIN … COMMIT becomes one step. Throws MIGRATION_INVALID for any other control of transactions. */
export function inBlocks(statements: readonly FileStatement[], source: Source): readonly FileStatement[] {
  const out: FileStatement[] = []
  let block: { readonly begin: FileStatement; readonly statements: FileStatement[] } | undefined
  for (const statement of statements) {
    const edge = edgeOf(statement.node)
    if (edge === undefined) {
      if (block === undefined) out.push(statement)
      else block.statements.push(inTransaction(statement, source))
    } else if (edge === 'begin' && block === undefined) {
      block = { begin: statement, statements: [] }
    } else if (edge === 'commit' && block !== undefined) {
      if (block.statements.length > 0) out.push(asBlock(source.text, block.statements))
      block = undefined
    } else throw control(statement, source)
  }
  if (block === undefined) return out
  throw invalid(
    source.path,
    `${source.path}:${block.begin.line} begins a transaction that nothing ends`,
    'Write COMMIT; behind its last statement.',
  )
}

/** other: SAVEPOINT, ROLLBACK, BEGIN with a mode of its own. */
function edgeOf(node: SqlNode): 'begin' | 'commit' | 'other' | undefined {
  if (!('TransactionStmt' in node)) return undefined
  const { kind, options = [], chain } = node.TransactionStmt
  if (options.length > 0 || chain === true) return 'other'
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begin'
  return kind === 'TRANS_STMT_COMMIT' ? 'commit' : 'other'
}

function inTransaction(statement: FileStatement, { path }: Source): FileStatement {
  if (classify(statement.node) !== 'alone') return statement
  throw invalid(
    path,
    `${path}:${statement.line} runs only outside of a transaction, and stands between BEGIN and COMMIT`,
    'Put it before BEGIN or behind COMMIT.',
  )
}

function control({ line }: FileStatement, { path }: Source) {
  return invalid(
    path,
    `${path}:${line} begins or ends a transaction, which is the runner's task`,
    'Remove the statement. BEGIN; … COMMIT; around neighbours makes them one step of a file that runs step by step; nothing else of the kind may stand in a migration.',
  )
}
