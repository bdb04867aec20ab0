import { errorCodeOf, inTransaction, type ReservedSql, SQLSTATE } from '../../db/index.ts'
import type { AnalysisQuery } from '../profile.ts'

export interface QueryResult extends AnalysisQuery {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly seconds: number
  /** Why there are no rows: it took too long, was stopped, or the server refused it. */
  readonly problem: string | undefined
}

const MAX_ROWS = 50
const MAX_SECONDS = 60
const STOPPED = 'was stopped'

/** The profile's own questions of what was loaded: read-only, for a minute each at the most. */
export async function runQueries(
  session: ReservedSql,
  queries: readonly AnalysisQuery[],
  { asking, signal }: { readonly asking: (title: string) => void; readonly signal: AbortSignal },
): Promise<QueryResult[]> {
  const results: QueryResult[] = []
  for (const query of queries) {
    const started = performance.now()
    asking(query.title)
    const none = (problem: string) => ({ columns: [], rows: [], problem })
    const answer = signal.aborted
      ? none(STOPPED)
      : await ask(session, query.sql).catch((error: unknown) => none(problemOf(error, signal)))
    results.push({ ...query, ...answer, seconds: (performance.now() - started) / 1000 })
  }
  return results
}

async function ask(
  session: ReservedSql,
  text: string,
): Promise<Pick<QueryResult, 'columns' | 'rows' | 'problem'>> {
  return inTransaction(session, async () => {
    await session
      .unsafe(`set transaction read only; set local statement_timeout = '${MAX_SECONDS}s'`)
      .simple()
    const cursor = session.unsafe<Record<string, unknown>[]>(text)
    const found = await cursor
    const columns = found.columns?.map(({ name }) => name) ?? []
    const rows = found.slice(0, MAX_ROWS).map((row) => columns.map((name) => cellText(row[name])))
    return { columns, rows, problem: undefined }
  })
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function problemOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return STOPPED
  if (errorCodeOf(error) === SQLSTATE.QUERY_CANCELED) return `took longer than ${MAX_SECONDS} s`
  return (error as Error).message
}
