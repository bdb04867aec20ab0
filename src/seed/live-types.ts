import type { AnySql } from '../db/index.ts'
import { type QualifiedName, qualified } from '../kernel/index.ts'
import { whereOf } from './errors.ts'
import { isSameType } from './pg-type.ts'
import type { ColumnFill } from './profile.ts'

/** The type of a column as it stands in the database; of a domain, what it is made of. */
export interface LiveType extends QualifiedName {
  /** As format_type() prints it. */
  readonly spelled: string
  /** Of an enum, in its order. */
  readonly labels: readonly string[] | null
}

/** By the columns' names. */
export async function readLiveTypes(sql: AnySql, oid: string): Promise<ReadonlyMap<string, LiveType>> {
  const rows = await sql<(LiveType & { column: string })[]>`
    with recursive made_of as (
      select a.attname as "column", a.atttypid as type, a.atttypmod as modifier
        from pg_attribute a where a.attrelid = ${oid}::int8::oid and a.attnum > 0 and not a.attisdropped
      union all
      select m."column", t.typbasetype, t.typtypmod from made_of m join pg_type t on t.oid = m.type where t.typtype = 'd')
    select m."column", n.nspname as schema, t.typname as name, format_type(m.type, m.modifier) as spelled,
           case when t.typtype = 'e' then array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder) end as labels
      from made_of m join pg_type t on t.oid = m.type join pg_namespace n on n.oid = t.typnamespace
     where t.typtype <> 'd'`
  return new Map(rows.map(({ column, ...type }) => [column, type]))
}

/** What a column is instead of what the profile fills; undefined where it is that. */
export function typeProblem(table: string, column: ColumnFill, live: LiveType): string | undefined {
  const { type, labels } = column
  if (labels === undefined) {
    const same = live.labels === null && isSameType(whereOf(table, column), live.spelled)
    return same ? undefined : `${live.spelled}, and the profile fills ${type}`
  }
  if (live.labels === null || qualified(live) !== type)
    return `${live.spelled}, and the profile fills the enum ${type}`
  const missing = labels.filter((label) => !live.labels!.includes(label))
  return missing.length === 0
    ? undefined
    : `${live.spelled}, which has no ${missing.map((label) => JSON.stringify(label)).join(', ')}`
}
