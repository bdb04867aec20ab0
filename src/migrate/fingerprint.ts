import { type AnySql, type Database, inTransaction } from '../db/index.ts'
import { QUERIES } from './sql.generated.ts'

/** schema: what plans change · owner, rows, unmanaged: fingerprint.sql says what else there is. */
export type Scope = 'schema' | 'owner' | 'rows' | 'unmanaged'

export interface SchemaLine {
  readonly scope: Scope
  readonly text: string
}

/** What PostgreSQL itself says of every object, as lines to compare. */
export async function fingerprint(db: Pick<Database, 'withSession'>): Promise<readonly string[]> {
  return db.withSession((session) =>
    inTransaction(session, async () => {
      await session.unsafe('set transaction isolation level repeatable read, read only')
      const lines = await describeSchema(session)
      return lines.flatMap(({ scope, text }) => (scope === 'schema' ? [text] : []))
    }),
  )
}

/** In the transaction that is open: definitions are written with every name qualified, up to its end. */
export async function describeSchema(sql: Pick<AnySql, 'unsafe'>): Promise<readonly SchemaLine[]> {
  await sql.unsafe(`select set_config('search_path', '', true), set_config('jit', 'off', true)`)
  return sql.unsafe<SchemaLine[]>(QUERIES.fingerprint)
}

export interface SchemaDifference {
  readonly missing: readonly string[]
  readonly unexpected: readonly string[]
}

/**
 * Both lists are empty when the schemas are the same, or when the first says more: what is proven is not taken back to NOT VALID, nor
 * is a NOT NULL renamed that the second state leaves without a name of its own (decision 0014). Lines may stand twice: two indexes of a
 * leaf under one parent's are wrong.
 */
export function compareSchemas(got: readonly string[], expected: readonly string[]): SchemaDifference {
  const [missing, unexpected] = [subtract(expected, got), subtract(got, expected)]
  const more = missing.map((line) => [line, unexpected.find((other) => saysMore(other, line))] as const)
  const found = (pairs: typeof more) => pairs.filter(([, other]) => other !== undefined)
  return {
    missing: subtract(
      missing,
      found(more).map(([line]) => line),
    ),
    unexpected: subtract(
      unexpected,
      found(more).flatMap(([, other]) => other ?? []),
    ),
  }
}

function saysMore(line: string, than: string): boolean {
  return proven(than) !== proven(line) ? unnamed(proven(line)) === proven(than) : !LATER.test(line)
}

const LATER = /( not null) not valid| NOT VALID not validated/

function proven(line: string): string {
  return line.replace(LATER, '$1')
}

function unnamed(line: string): string {
  return line.replace(/( not null(?: no inherit)?) named "(?:[^"]|"")*"/, '$1')
}

function subtract(from: readonly string[], what: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const line of what) left.set(line, (left.get(line) ?? 0) + 1)
  return from.filter((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}
