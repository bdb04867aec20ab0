import { GigarowError } from '../kernel/index.ts'
import { classify } from './classify.ts'
import type { SqlNode } from './parser.ts'
import { lineAndColumn } from './position.ts'
import type { FileStatement } from './split.ts'

/** Written above a statement: what stands before it is committed first. Everything else takes it for a comment. */
export const NEW_TRANSACTION = '-- gigarow: new transaction'

/**
 * together: shares a transaction with its neighbours · first: the same, and a new one begins with it · apart: in a
 * transaction of its own · outside: in none, because the server refuses it there
 */
export type Place = 'together' | 'first' | 'apart' | 'outside'

/** Statements that are committed together, or one that runs outside of a transaction. */
export interface StatementGroup<T> {
  readonly transaction: boolean
  readonly statements: readonly T[]
}

/** Neighbours share a transaction wherever they may: what belongs together is never seen, nor left, by halves. */
export function groupStatements<T>(
  statements: readonly T[],
  placeOf: (statement: T, index: number) => Place,
): readonly StatementGroup<T>[] {
  const groups: { transaction: boolean; open: boolean; statements: T[] }[] = []
  for (const [i, statement] of statements.entries()) {
    const place = placeOf(statement, i)
    const last = groups.at(-1)
    if (place === 'together' && last?.open) last.statements.push(statement)
    else {
      const open = place === 'together' || place === 'first'
      groups.push({ transaction: place !== 'outside', open, statements: [statement] })
    }
  }
  return groups.map((group) =>
    Object.freeze({ transaction: group.transaction, statements: Object.freeze(group.statements) }),
  )
}

/** The groups of a file. Throws MIGRATION_INVALID for a `-- gigarow:` that is misspelt: a boundary would be missing. */
export function groupsOfFile(
  { text, file }: { readonly text: string; readonly file: string },
  statements: readonly FileStatement[],
): readonly StatementGroup<FileStatement>[] {
  const marked = markedStatements({ text, file }, statements)
  return groupStatements(statements, ({ node }, i) => placeOfNode(node, { marked: marked.has(i) }))
}

/**
 * VALIDATE CONSTRAINT reads every row: nothing that was locked before it may stay locked meanwhile, and nothing that waits for a
 * lock behind it may throw the reading away.
 */
export function placeOfNode(node: SqlNode, { marked = false }: { readonly marked?: boolean } = {}): Place {
  if (classify(node) === 'alone') return 'outside'
  if (validates(node)) return 'apart'
  return marked ? 'first' : 'together'
}

function validates(node: SqlNode): boolean {
  if ('AlterDomainStmt' in node) return node.AlterDomainStmt.subtype === 'V'
  if (!('AlterTableStmt' in node)) return false
  return (node.AlterTableStmt.cmds ?? []).some(
    (cmd) => 'AlterTableCmd' in cmd && cmd.AlterTableCmd.subtype === 'AT_ValidateConstraint',
  )
}

const INSTRUCTION = /--[ \t]*gigarow:[ \t]*([^\n]*)/g

/** The statements below a mark. Between two statements stand only blanks, semicolons and comments. */
function markedStatements(
  { text, file }: { readonly text: string; readonly file: string },
  statements: readonly FileStatement[],
): ReadonlySet<number> {
  const ends = [0, ...statements.map(({ offset, sql }) => offset + sql.length)]
  const marked = ends.flatMap((from, i) => {
    const gap = text.slice(from, statements[i]?.offset ?? text.length)
    const found = [...gap.matchAll(INSTRUCTION)].filter(([, what = '']) => !/^allow\b/i.test(what))
    for (const match of found) {
      if (!/^new[ \t]+transaction[ \t\r]*$/i.test(match[1]!)) {
        const { line } = lineAndColumn(text, from + match.index)
        throw unknown(`${file}:${line}`, match[0].trim())
      }
    }
    return found.length > 0 ? [i] : []
  })
  return new Set(marked)
}

function unknown(place: string, comment: string): GigarowError {
  return new GigarowError('MIGRATION_INVALID', `${place}: "${comment}" means nothing to gigarow.`, {
    facts: { place, comment },
    hint: `Write "${NEW_TRANSACTION}" or "-- gigarow: allow <hazard>", or another word than gigarow.`,
  })
}
