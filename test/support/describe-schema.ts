import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from '../../src/db/index.ts'
import { KEEP_PLAN } from './keep-plans.ts'

const QUERY = readFileSync(join(import.meta.dirname, 'describe-schema.sql'), 'utf8')

/** The whole schema of a live database as sorted lines; describe-schema.sql says what is in them. */
export async function describeSchema(sql: Sql): Promise<readonly string[]> {
  return sql.begin('read only', async (tx) => {
    // Every name in the definitions is written with its schema.
    await tx.unsafe(`set local search_path = ''`)
    // Planning it takes three times as long as running it: the connection keeps the plan.
    const rows = await tx.unsafe<{ text: string }[]>(QUERY, [], KEEP_PLAN)
    return rows.map(({ text }) => text)
  })
}

export interface SchemaDifference {
  readonly missing: readonly string[]
  readonly unexpected: readonly string[]
}

/** Both lists are empty when the schemas are the same. Lines may stand twice: two indexes of a leaf under one parent's are wrong. */
export function compareSchemas(actual: readonly string[], expected: readonly string[]): SchemaDifference {
  return { missing: subtract(expected, actual), unexpected: subtract(actual, expected) }
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
