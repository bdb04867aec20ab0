import type { AnySql } from '../../db/index.ts'
import { displayName } from '../../kernel/index.ts'
import type { LoadTable } from '../preflight.ts'

/** Bytes of a table with all its partitions. */
export interface TableSize {
  readonly table: string
  readonly partitions: number
  readonly heap: number
  readonly indexes: number
}

export async function readSizes(sql: AnySql, tables: readonly LoadTable[]): Promise<TableSize[]> {
  const sizes: TableSize[] = []
  for (const { plan, live } of tables) {
    const [row] = await sql.unsafe<{ heap: string; indexes: string }[]>(
      `select sum(pg_table_size(oid))::text as heap, sum(pg_indexes_size(oid))::text as indexes
         from unnest($1::text[]::int8[]::oid[]) as oid`,
      [live.leaves.map((leaf) => leaf.oid)],
    )
    sizes.push({
      table: displayName(plan.table),
      partitions: live.kind === 'partitioned' ? live.leaves.length : 0,
      heap: Number(row!.heap),
      indexes: Number(row!.indexes),
    })
  }
  return sizes
}
