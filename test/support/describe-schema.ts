import type { Sql } from '../../src/db/index.ts'
import { describeSchema as linesOf } from '../../src/migrate/fingerprint.ts'
import { keepPlans } from './keep-plans.ts'

export { compareSchemas } from '../../src/migrate/fingerprint.ts'

/** The whole schema of a live database as sorted lines; src/migrate/sql/fingerprint.sql says what is in them. */
export async function describeSchema(sql: Sql): Promise<readonly string[]> {
  // Planning it takes three times as long as running it: the connection keeps the plan.
  const lines = await sql.begin('read only', (tx) => linesOf(keepPlans(tx)))
  return lines.map(({ text }) => text)
}
