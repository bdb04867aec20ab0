import type { LiveTable } from '../catalog/index.ts'
import type { AnySql } from '../db/index.ts'
import { ident, qualified } from '../kernel/index.ts'
import { hasLedger } from './ledger.ts'
import { rebuildOrder, type Strip } from './strip.ts'

/** What a load that stopped has taken away and nobody has brought back. */
export interface Dropped extends Pick<Strip, 'kind' | 'table' | 'name' | 'stage' | 'rebuildSql'> {
  readonly run: number
  readonly definition: string
}

interface DroppedRow {
  run: string
  kind: Strip['kind']
  table_name: string
  name: string
  stage: number
  rebuild_sql: string[]
  definition: string | null
}

/** Of all loads that are unfinished; none where gigarow never was, or where the role may not look. */
export async function readDropped(sql: AnySql): Promise<Dropped[]> {
  if (!(await hasLedger(sql))) return []
  const rows = await sql.unsafe<DroppedRow[]>(
    `select d.run_id::text as run, d.kind, d.table_name, d.name, d.stage, d.rebuild_sql, d.definition
       from gigarow.seed_dropped d join gigarow.seed_run r on r.id = d.run_id
      where d.rebuilt_at is null and r.state not in ('done', 'abandoned') order by d.run_id, d.stage, d.ordinal`,
  )
  return rows.map(({ run, table_name, rebuild_sql, definition, ...row }) => ({
    ...row,
    run: Number(run),
    table: table_name,
    rebuildSql: rebuild_sql,
    definition: definition ?? '',
  }))
}

/** Those of the table and its partitions that are not there again. */
export function droppedFrom(live: LiveTable, dropped: readonly Dropped[]): Dropped[] {
  const names = new Set([live, ...live.leaves].map(qualified))
  const there = new Set(live.indexes.map((index) => `${qualified(index.table)} ${index.name}`))
  return dropped.filter(({ table, name }) => names.has(table) && !there.has(`${table} ${name}`))
}

/** By the quoted name of an index: the one that it is to be attached to. */
export function attachments(dropped: readonly Dropped[]): ReadonlyMap<string, string> {
  return new Map(
    dropped.flatMap(({ name, rebuildSql }) =>
      rebuildSql.flatMap((statement) => {
        const child = /^alter index .+ attach partition (.+)$/s.exec(statement)?.[1]
        return child === undefined ? [] : [[child, name] as const]
      }),
    ),
  )
}

/** As an index of a table is quoted: it is in the schema of its table. */
export function indexKey({ table, name }: Dropped): string {
  return `${/^"(?:[^"]|"")+"/.exec(table)![0]}.${ident(name)}`
}

/** What a load would take away now, and all that it would bring back, what it takes over from stopped loads included. */
export function planStatements(
  planned: readonly Strip[],
  dropped: readonly Dropped[],
): { readonly drops: readonly string[]; readonly rebuilds: readonly string[] } {
  const isSame = (row: Dropped, strip: Strip) =>
    row.kind === strip.kind && row.table === strip.table && row.name === strip.name
  // A setting has the load's value already; the one to come back is in the journal.
  const strips = planned.filter(
    (strip) => strip.kind !== 'setting' || !dropped.some((row) => isSame(row, strip)),
  )
  const isAnew = (row: Dropped) =>
    strips.some((strip) => isSame(row, strip) && strip.definition !== `${row.definition} NOT VALID`)
  return {
    drops: strips.flatMap(({ dropSql }) => dropSql ?? []),
    rebuilds: rebuildOrder([...dropped.filter((row) => !isAnew(row)), ...strips]).flatMap(
      (s) => s.rebuildSql,
    ),
  }
}
