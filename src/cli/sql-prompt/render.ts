import type { StatementResult } from './execute.ts'
import { skipBlank } from './statements.ts'

/** One statement's answer for people: an aligned table with the number of rows, or the command's name. */
export function renderResult(result: StatementResult): string {
  if (result.columns.length === 0) {
    const counted = /^(INSERT|UPDATE|DELETE|MERGE|COPY)$/.test(result.command)
    return counted ? `${result.command} ${result.count ?? 0}` : result.command
  }
  return `${renderTable(result)}\n(${result.rows.length} row${result.rows.length === 1 ? '' : 's'})`
}

function renderTable({ columns, rows }: StatementResult): string {
  const cells = rows.map((row) => row.map((value) => (value ?? '').split('\n')))
  const widths = columns.map(({ name }, i) =>
    Math.max(width(name), ...cells.map((row) => Math.max(...row[i]!.map(width)))),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => {
        const gap = ' '.repeat(Math.max(0, widths[i]! - width(text)))
        return ` ${columns[i]!.numeric ? gap + text : text + gap} `
      })
      .join('|')
      .trimEnd()
  const body = cells.flatMap((row) => {
    const height = Math.max(...row.map((lines) => lines.length))
    return Array.from({ length: height }, (_, n) => line(row.map((lines) => lines[n] ?? '')))
  })
  const rule = widths.map((w) => '-'.repeat(w + 2)).join('+')
  return [line(columns.map(({ name }) => name)), rule, ...body].join('\n')
}

/** Columns on a terminal: wide East Asian characters and emoji take two, combining marks none. */
function width(text: string): number {
  let columns = 0
  for (const char of text) {
    if (/\p{Mn}|\p{Cf}/u.test(char)) continue
    columns +=
      /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1
  }
  return columns
}

/** A server's error as psql shows it, with the place in the statement, and in the file where there is one. */
export function renderError(
  error: unknown,
  statement: string,
  place?: { readonly label: string; readonly line: number },
): string {
  const { message, severity, detail, hint, position } = error as Error & {
    severity?: string
    detail?: string
    hint?: string
    position?: string
  }
  // Without a position in the text: where the statement itself begins, behind its comments.
  const at = position === undefined ? skipBlank(statement) : Number(position) - 1
  const line = (place?.line ?? 1) + [...statement].slice(0, at).join('').split('\n').length - 1
  const where = place === undefined ? '' : `${place.label}:${line}: `
  const lines = [`${where}${severity ?? 'ERROR'}:  ${message}`]
  if (position !== undefined) lines.push(...pointAt(statement, Number(position)))
  if (detail) lines.push(`DETAIL:  ${detail}`)
  if (hint) lines.push(`HINT:  ${hint}`)
  return lines.join('\n')
}

function pointAt(statement: string, position: number): string[] {
  const before = [...statement].slice(0, position - 1).join('')
  const number = before.split('\n').length
  const prefix = `LINE ${number}: `
  const column = before.length - (before.lastIndexOf('\n') + 1)
  return [`${prefix}${statement.split('\n')[number - 1] ?? ''}`, `${' '.repeat(prefix.length + column)}^`]
}
