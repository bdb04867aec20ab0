import type * as Parser from 'pgsql-parser'
import { GigarowError } from '../kernel/index.ts'
import { isDeepEqual } from './equal.ts'
import { caretLines, codePointToIndex, lineAndColumn } from './position.ts'

export type ParsedSql = ReturnType<typeof Parser.parseSync>
export type RawStatement = NonNullable<ParsedSql['stmts']>[number]
/** A statement's tree as PostgreSQL's own parser makes it: { CreateStmt: … }, { IndexStmt: … }. */
export type SqlNode = NonNullable<RawStatement['stmt']>

type ParserModule = Pick<typeof Parser, 'parseSync' | 'deparseSync'>

let loaded: Promise<ParserModule> | undefined

/** 3 MB of WebAssembly, 40 ms: loaded when the first statement is parsed. */
async function parser(): Promise<ParserModule> {
  loaded ??= import('pgsql-parser').then(async (module) => {
    await module.loadModule()
    return module
  })
  return loaded
}

/** Parses text that may hold several statements. `file` is for the error's text. Throws SQL_SYNTAX. */
export async function parse(text: string, file = 'SQL'): Promise<ParsedSql> {
  const { parseSync } = await parser()
  // The parser refuses an empty string; a file without statements is fine.
  if (text.trim() === '') return { version: 0, stmts: [] }
  try {
    return parseSync(text)
  } catch (error) {
    throw syntaxError(error, text, file)
  }
}

/** Parses text that is exactly one statement. */
export async function parseOne(text: string): Promise<SqlNode> {
  const statements = (await parse(text)).stmts ?? []
  const node = statements[0]?.stmt
  if (node === undefined || statements.length !== 1) {
    throw new GigarowError('INTERNAL', `Expected one SQL statement, got ${statements.length}: ${text}`)
  }
  return node
}

/**
 * A statement's SQL text. It is parsed again and compared, because the deparser is young and has left clauses out
 * (TABLESPACE, for one): what it cannot write faithfully is an error, not another statement.
 */
export async function deparse(node: SqlNode): Promise<string> {
  const { deparseSync } = await parser()
  const text = deparseSync([node])
    .trim()
    .replaceAll(/[ \t]+$/gm, '')
  if (isDeepEqual(await parseOne(text), node)) return text
  throw new GigarowError('INTERNAL', `A statement changes when it is written out: ${text}`, {
    hint: 'This is a limit of the SQL writer. Write this statement by hand: gigarow generate --custom.',
  })
}

function syntaxError(error: unknown, text: string, file: string): GigarowError {
  const message = error instanceof Error ? error.message : String(error)
  const cursor = (error as { sqlDetails?: { cursorPosition?: number } }).sqlDetails?.cursorPosition
  // The parser counts characters; -1 stands for no position.
  const index = codePointToIndex(text, Math.max(0, cursor ?? 0))
  const { line, column } = lineAndColumn(text, index)
  return new GigarowError('SQL_SYNTAX', `${file}:${line}:${column}: ${message}\n${caretLines(text, index)}`, {
    facts: { file, line, column, reason: message },
    hint: 'Correct the SQL at the mark; nothing was run.',
  })
}
