import {
  classify,
  type FileStatement,
  groupStatements,
  type Place,
  type StatementGroup,
} from '../sql/index.ts'
import { invalid } from './files.ts'

interface Source {
  readonly text: string
  readonly path: string
}

/**
 * A file with BEGIN and COMMIT runs as psql would run it: what stands between them together, everything else by itself. Throws
 * MIGRATION_INVALID for any other control of transactions.
 */
export function groupsOfBlocks(
  statements: readonly FileStatement[],
  source: Source,
): readonly StatementGroup<FileStatement>[] {
  const placed: { statement: FileStatement; place: Place }[] = []
  let begin: FileStatement | undefined
  let place: Place = 'apart'
  for (const statement of statements) {
    const edge = edgeOf(statement.node)
    if (edge === undefined) {
      const alone = classify(statement.node) === 'alone'
      if (alone && begin) throw insideOfBlock(statement, source)
      placed.push({ statement, place: alone ? 'outside' : place })
      if (begin) place = 'together'
    } else if (edge === 'begin' && begin === undefined) {
      begin = statement
      place = 'first'
    } else if (edge === 'commit' && begin !== undefined) {
      begin = undefined
      place = 'apart'
    } else throw control(statement, source)
  }
  if (begin) throw endless(begin, source)
  const places = new Map(placed.map((one) => [one.statement, one.place]))
  return groupStatements(
    placed.map((one) => one.statement),
    (statement) => places.get(statement)!,
  )
}

/** other: SAVEPOINT, ROLLBACK, BEGIN with a mode of its own. */
function edgeOf(node: FileStatement['node']): 'begin' | 'commit' | 'other' | undefined {
  if (!('TransactionStmt' in node)) return undefined
  const { kind, options = [], chain } = node.TransactionStmt
  if (options.length > 0 || chain === true) return 'other'
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begin'
  return kind === 'TRANS_STMT_COMMIT' ? 'commit' : 'other'
}

function insideOfBlock({ line }: FileStatement, { path }: Source) {
  return invalid(
    path,
    `${path}:${line} runs only outside of a transaction, and stands between BEGIN and COMMIT`,
    'Put it before BEGIN or behind COMMIT.',
  )
}

function endless({ line }: FileStatement, { path }: Source) {
  return invalid(
    path,
    `${path}:${line} begins a transaction that nothing ends`,
    'Write COMMIT; behind its last statement.',
  )
}

function control({ line }: FileStatement, { path }: Source) {
  return invalid(
    path,
    `${path}:${line} begins or ends a transaction, which is the runner's task`,
    'Remove the statement: neighbours share a transaction. BEGIN; … COMMIT; around statements is understood, nothing else of the kind.',
  )
}
