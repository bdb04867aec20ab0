import { parse, type SqlNode } from './parser.ts'
import { lineAndColumn } from './position.ts'

/** One statement of a file: its text without the comments before it and the semicolon behind it. */
export interface FileStatement {
  readonly sql: string
  /** Where `sql` begins in the file, in UTF-16 units from 0. */
  readonly offset: number
  /** Its first line, from 1. */
  readonly line: number
  readonly node: SqlNode
}

/** Splits a file exactly as PostgreSQL reads it (strings, dollar quotes, comments, ATOMIC bodies). Throws SQL_SYNTAX. */
export async function splitStatements(text: string, file = 'SQL'): Promise<readonly FileStatement[]> {
  const { stmts = [] } = await parse(text, file)
  // The parser's offsets count bytes of UTF-8.
  const bytes = Buffer.from(text, 'utf8')
  let atByte = 0
  let index = 0
  return stmts.map(({ stmt, stmt_location = 0, stmt_len }) => {
    const end = stmt_len ? stmt_location + stmt_len : bytes.length
    index += bytes.toString('utf8', atByte, stmt_location).length
    atByte = stmt_location
    const raw = bytes.toString('utf8', stmt_location, end)
    const skipped = leadingBlank(raw)
    const offset = index + skipped
    const { line } = lineAndColumn(text, offset)
    return Object.freeze({ sql: raw.slice(skipped).trimEnd(), offset, line, node: stmt! })
  })
}

/** Length of the white space and comments that a text begins with. Block comments nest in SQL. */
function leadingBlank(text: string): number {
  let at = 0
  for (;;) {
    const rest = text.slice(at)
    const blank = /^(?:\s+|--[^\n]*(?:\n|$))/.exec(rest)?.[0].length ?? blockComment(rest)
    if (blank === 0) return at
    at += blank
  }
}

function blockComment(text: string): number {
  if (!text.startsWith('/*')) return 0
  let depth = 0
  for (const mark of text.matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.index + 2
  }
  return text.length
}
