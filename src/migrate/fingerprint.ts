import type { Database } from '../db/index.ts'
import { QUERIES } from './sql.generated.ts'

interface Line {
  readonly kind: string
  readonly name: string
  readonly definition: string
}

/** What PostgreSQL itself says of every object, as lines to compare. */
export async function fingerprint(db: Pick<Database, 'withSession'>): Promise<readonly string[]> {
  return db.withSession(async (session) => {
    // Names are qualified in what the server prints.
    await session.unsafe(`set search_path to ''`)
    const lines = await session.unsafe<Line[]>(QUERIES.fingerprint)
    return lines.map(({ kind, name, definition }) => `${kind} ${name}: ${definition}`)
  })
}

/** The first line that only one of the two has; undefined where they are the same. */
export function firstDifference(
  got: readonly string[],
  expected: readonly string[],
): { readonly line: string; readonly side: 'got' | 'expected' } | undefined {
  const extra = surplus(got, expected)
  if (extra !== undefined) return { line: extra, side: 'got' }
  const missing = surplus(expected, got)
  return missing === undefined ? undefined : { line: missing, side: 'expected' }
}

/** Lines may stand there twice: an index made twice is a difference. */
function surplus(lines: readonly string[], others: readonly string[]): string | undefined {
  const left = new Map<string, number>()
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1)
  return lines.find((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count < 1
  })
}
