import type { Sql } from '../db/index.ts'
import type { TableOrder } from './chunk-loop.ts'
import type { LoadPlan } from './plan.ts'
import type { LoadTable } from './preflight.ts'

export interface OrderedPlan {
  readonly plan: LoadPlan
  readonly order: TableOrder
}

/** A foreign key between two tables of the load that has stayed on: parents' rows have to be there first. */
export async function tableOrder(
  sql: Sql,
  { plan, tables }: { plan: LoadPlan; tables: readonly LoadTable[] },
): Promise<OrderedPlan> {
  const of = new Map(
    tables.flatMap(({ live }, k) => [live, ...live.leaves].map(({ oid }) => [oid, k] as const)),
  )
  const oids = [...of.keys()]
  const keys = await sql<{ child: string; parent: string }[]>`
    select distinct conrelid::int8::text as child, confrelid::int8::text as parent from pg_constraint
     where contype = 'f' and conrelid <> confrelid
       and conrelid = any (${oids}::text[]::int8[]::oid[]) and confrelid = any (${oids}::text[]::int8[]::oid[])`
  if (keys.length === 0) return { plan, order: 'any' }
  const parentsOf = tables.map((_, k) =>
    keys.filter(({ child }) => of.get(child) === k).map(({ parent }) => of.get(parent)!),
  )
  const sorted = parentsFirst(parentsOf).map((k) => plan.tables[k]!)
  return { plan: Object.freeze({ ...plan, tables: Object.freeze(sorted) }), order: 'listed' }
}

/** Numbers of tables, each behind those that it points at; in a circle as they were listed. */
export function parentsFirst(parentsOf: readonly (readonly number[])[]): number[] {
  const sorted: number[] = []
  const begun = new Set<number>()
  const visit = (k: number): void => {
    if (begun.has(k)) return
    begun.add(k)
    for (const parent of parentsOf[k]!) visit(parent)
    sorted.push(k)
  }
  for (const k of parentsOf.keys()) visit(k)
  return sorted
}
