import type { Plan, PlanStatement } from '../../diff/index.ts'
import { displayName, qualified } from '../../kernel/index.ts'
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
      ...aboutLaterPartitions(statement, input),
      sql: await plain(statement.sql),
      reverse:
        'none' in statement.reverse
          ? statement.reverse
          : { sql: await Promise.all(statement.reverse.sql.map(plain)) },
    })),
  )
  return { ...plan, statements }
}

/** A migration names partitions; those that time has made on a live database are known there only. */
function aboutLaterPartitions(statement: PlanStatement, { policies }: ReadableInput): PlanStatement {
  const policy = policies.find(
    ({ table, to }) => to === undefined && statement.sql.includes(` ON ONLY ${qualified(table)} `),
  )
  if (policy === undefined || !/^CREATE (UNIQUE )?INDEX /.test(statement.sql)) return statement
  const said = `Partitions of ${displayName(policy.table)} that are in no migration miss it afterwards: gigarow drift names them.`
  return { ...statement, comment: [statement.comment, said].filter((line) => line !== undefined).join('\n') }
}
