import type { AnySql } from '../../db/index.ts'
import { displayName } from '../../kernel/index.ts'
import { type LoadPlan, tableKey } from '../plan.ts'

/** How fast one session filled a table, by the ledger's chunks: pauses between attempts do not count. */
export interface TableRate {
  readonly table: string
  readonly rowsPerSecond: number
}

export async function readRates(
  sql: AnySql,
  { run, plan }: { run: number; plan: LoadPlan },
): Promise<TableRate[]> {
  const found = await sql.unsafe<{ name: string; rate: number }[]>(
    `select table_name as name, (sum(rows) / greatest(sum(seconds), 0.001))::float8 as rate
       from gigarow.seed_chunk where run_id = $1 and done_at is not null group by 1`,
    [run],
  )
  const rates = new Map(found.map(({ name, rate }) => [name, rate]))
  return plan.tables.map((table) => ({
    table: displayName(table.table),
    rowsPerSecond: rates.get(tableKey(table)) ?? 0,
  }))
}
