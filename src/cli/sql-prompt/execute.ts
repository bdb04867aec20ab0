import type { Sql } from '../../db/index.ts'
import { GigarowError } from '../../kernel/index.ts'

/** What one statement answered; values as PostgreSQL writes them. */
export interface StatementResult {
  /** Such as SELECT or CREATE TABLE. */
  readonly command: string
  readonly count: number | null
  /** Empty for statements that return no rows. */
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** int8, int2, int4, oid, float4, float8, money, numeric: aligned to the right. */
const NUMERIC_TYPES = new Set([20, 21, 23, 26, 700, 701, 790, 1700])

/** Runs one statement on the pool's only session. `cancelable` is called with a way to cancel it. */
export async function execute(
  sql: Sql,
  statement: string,
  cancelable: (cancel: () => void) => void = () => {},
): Promise<StatementResult[]> {
  if (/^\s*copy\b[\s\S]*\b(from\s+stdin|to\s+stdout)\b/i.test(statement)) {
    throw new GigarowError('USAGE', 'COPY from or to the terminal needs psql.', {
      hint: 'Install psql (package postgresql-client), or use COPY with a file of the server.',
    })
  }
  // As Buffers: dates and numbers are to look as the server writes them, not as JavaScript does.
  const query = sql.unsafe(statement).raw()
  cancelable(() => query.cancel())
  const answer: unknown = await query
  // Rules and multi-statement strings answer more than once.
  const results =
    Array.isArray((answer as unknown[])[0]) && 'command' in (answer as object[])[0]! ? answer : [answer]
  return (results as RawResult[]).map(toResult)
}

interface RawResult extends Array<readonly (Buffer | null)[]> {
  readonly command: string | undefined
  readonly count: number | null
  readonly columns: readonly { readonly name: string; readonly type: number }[] | undefined
}

function toResult(raw: RawResult): StatementResult {
  return {
    command: raw.command ?? '',
    count: raw.count,
    columns: (raw.columns ?? []).map(({ name, type }) => ({ name, numeric: NUMERIC_TYPES.has(type) })),
    rows: raw.map((row) => row.map((value) => (value === null ? null : value.toString()))),
  }
}
