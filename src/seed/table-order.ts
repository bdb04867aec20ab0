import type { Sql } from '../db/index.ts'
import type { TableOrder } from './chunk-loop.ts'
import type { LoadTable } from './preflight.ts'

/** A foreign key between two tables of the load that could not be taken away: parents' rows have to be there first. */
export async function tableOrder(sql: Sql, tables: readonly LoadTable[]): Promise<TableOrder> {
  const oids = tables.flatMap(({ live }) => [live.oid, ...live.leaves.map((leaf) => leaf.oid)])
  const [row] = await sql<{ kept: boolean }[]>`
    select exists (
      select from pg_constraint where contype = 'f' and conrelid <> confrelid
         and conrelid = any (${oids}::text[]::int8[]::oid[]) and confrelid = any (${oids}::text[]::int8[]::oid[])) as kept`
  return row!.kept ? 'listed' : 'any'
}
