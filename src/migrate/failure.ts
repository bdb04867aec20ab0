import { errorCodeOf, isConnectionLost, SQLSTATE } from '../db/index.ts'
import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { caretLines, codePointToIndex, type FileStatement, lineAndColumn } from '../sql/index.ts'
import type { Script } from './script.ts'

/** These say something about the server or other sessions, not about the statement: others explain them better. */
const NOT_THE_STATEMENT: readonly (string | undefined)[] = [
  SQLSTATE.LOCK_NOT_AVAILABLE,
  SQLSTATE.DISK_FULL,
  SQLSTATE.READ_ONLY_TRANSACTION,
]

interface ServerError {
  readonly message: string
  readonly position?: string
  readonly detail?: string
  readonly hint?: string
}

/** A server's error about a statement, with its place in the file. Everything else passes through unchanged. */
export function explainFailure(
  error: unknown,
  { script, statement }: { readonly script: Script; readonly statement: FileStatement },
): unknown {
  const code = errorCodeOf(error)
  if (isGigarowError(error) || isConnectionLost(error) || NOT_THE_STATEMENT.includes(code)) return error
  const { message, position, detail, hint: serverHint } = error as ServerError
  const inside = position === undefined ? 0 : codePointToIndex(statement.sql, Number(position) - 1)
  const index = statement.offset + inside
  const { line, column } = lineAndColumn(script.text, index)
  const undone = script.transactional
    ? 'Its transaction was rolled back: nothing of this migration is in the database.'
    : undoneOf(script, statement)
  const place = { file: script.path, line, column }
  return new GigarowError(
    'MIGRATION_FAILED',
    [
      `${script.path}:${line}:${column}: ${message}`,
      caretLines(script.text, index),
      ...(detail ? [`  ${detail}`] : []),
      undone,
    ].join('\n'),
    {
      facts: {
        ...place,
        ...(code ? { sqlstate: code } : {}),
        reason: message,
        ...(detail ? { detail } : {}),
      },
      cause: error,
      hint: serverHint ?? 'Correct the statement at the mark and run it again.',
    },
  )
}

function undoneOf({ groups, statements }: Script, statement: FileStatement): string {
  const group = groups.find((one) => one.statements.includes(statement))!
  const stays = `What was done before statement ${statements.indexOf(group.statements[0]!) + 1} stays; after a correction the same command goes on there.`
  return group.statements.length > 1 ? `Its transaction was rolled back. ${stays}` : stays
}
