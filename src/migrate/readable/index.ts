import type { Plan } from '../../diff/index.ts'
import type { Catalog } from '../../model/index.ts'
import { plain } from '../../sql/index.ts'
import type { PolicyOf } from '../policies.ts'
import { foldIntoTables } from './fold.ts'
import { groupByTable } from './group.ts'
import { newTables } from './new-tables.ts'

export interface ReadableInput {
  readonly from: Catalog
  readonly to: Catalog
  readonly policies: readonly PolicyOf[]
}

/**
 * The same plan as a person would write it: what belongs to a new table stands in its CREATE TABLE or behind it, names are quoted where
 * they have to be. Only what touches nothing that was there before has another place than the plan gave it.
 */
export async function readable(plan: Plan, input: ReadableInput): Promise<Plan> {
  const tables = newTables(input)
  const folded = foldIntoTables(plan.statements, input, tables)
  const grouped = await groupByTable(folded, input, tables)
  const statements = await Promise.all(
    grouped.map(async (statement) => ({
      ...statement,
      sql: await plain(statement.sql),
      reverse:
        'none' in statement.reverse
          ? statement.reverse
          : { sql: await Promise.all(statement.reverse.sql.map(plain)) },
    })),
  )
  return { ...plan, statements }
}
