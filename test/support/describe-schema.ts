import type { Sql } from '../../src/db/index.ts'
import { describeSchema as linesOf, type Scope } from '../../src/migrate/fingerprint.ts'
import { keepPlans } from './keep-plans.ts'

/** The whole schema of a live database as sorted lines; src/migrate/sql/fingerprint.sql says what is in them. */
export async function describeSchema(sql: Sql, scopes?: readonly Scope[]): Promise<readonly string[]> {
  // Planning it takes three times as long as running it: the connection keeps the plan.
  return sql.begin('read only', (tx) => linesOf(keepPlans(tx), scopes))
}
