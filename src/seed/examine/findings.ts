import type { AnySql } from '../../db/index.ts'
import { displayName, ident, plainIdent, qualified } from '../../kernel/index.ts'
import { varietyOf } from '../estimate/index.ts'
import type { TablePlan } from '../plan.ts'
import type { LoadTable } from '../preflight.ts'
import type { ColumnFill, GeneratorSpec } from '../profile.ts'
import { eachSpec } from '../specs.ts'

/** Rows that have no parent, or a value that is there already: how many, and how that is known. */
export interface Finding {
  readonly table: string
  readonly what: 'orphans' | 'duplicates'
  /** The column, or the key. */
  readonly on: string
  /** Null: not counted, since that would take longer than it is worth. */
  readonly rows: number | null
  readonly by: 'foreign key' | 'unique index' | 'count' | 'generator' | 'stopped'
}

/** More rows are not sorted or joined for a report: every row was compared with the profile, whose generators make neither. */
const COUNTED_ROWS = 5_000_000

export async function findOddRows(sql: AnySql, table: LoadTable, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = []
  const count = counting(sql, signal)
  for (const column of table.plan.columns) {
    const parent = parentOf(column.generator)
    if (parent !== undefined) findings.push(await orphans(count, table, { column, parent }))
  }
  findings.push(...indexed(table))
  for (const column of table.plan.columns) {
    const { unique } = varietyOf(column.generator, table.plan.rows)
    if (unique && !hasOwnKey(table, column)) findings.push(await duplicates(count, table, column))
  }
  return findings
}

type Count = (query: string) => Promise<Pick<Finding, 'rows' | 'by'>>

function counting(sql: AnySql, signal: AbortSignal): Count {
  const stopped = { rows: null, by: 'stopped' } as const
  return async (query) => {
    if (signal.aborted) return stopped
    try {
      const [row] = await sql.unsafe<{ n: string }[]>(query)
      return { rows: Number(row!.n), by: 'count' }
    } catch (error) {
      if (signal.aborted) return stopped
      throw error
    }
  }
}

interface Parent {
  readonly table: string
  readonly column: string
}

function parentOf(generator: GeneratorSpec): Parent | undefined {
  const spec = eachSpec(generator).find(({ kind }) => kind === 'children' || kind === 'reference')
  return spec === undefined ? undefined : { table: String(spec.table), column: String(spec.column) }
}

function rowsOf({ rows, before }: TablePlan): number {
  return rows + (before?.rows ?? 0)
}

async function orphans(
  count: Count,
  { plan, live }: LoadTable,
  { column, parent }: { column: ColumnFill; parent: Parent },
): Promise<Finding> {
  const found = { table: displayName(plan.table), what: 'orphans', on: column.name } as const
  const key = live.foreignKeys.find(
    ({ table, definition, validated }) =>
      validated &&
      qualified(table) === qualified(live) &&
      definition.startsWith(`FOREIGN KEY (${plainIdent(column.name)})`),
  )
  if (key !== undefined) return { ...found, rows: 0, by: 'foreign key' }
  if (rowsOf(plan) > COUNTED_ROWS) return { ...found, rows: null, by: 'generator' }
  const [schema = '', name = ''] = parent.table.split('.')
  const child = `c.${ident(column.name)}`
  const known = await count(
    `select count(*)::text as n from ${qualified(live)} c where ${child} is not null
        and not exists (select from ${qualified({ schema, name })} p where p.${ident(parent.column)} = ${child})`,
  )
  return { ...found, ...known }
}

function indexed({ plan, live }: LoadTable): Finding[] {
  return live.indexes
    .filter(
      ({ level, valid, definition }) => level === 0 && valid && definition.startsWith('CREATE UNIQUE INDEX'),
    )
    .map(({ keyColumns }) => ({
      table: displayName(plan.table),
      what: 'duplicates',
      on: keyColumns.map((name) => name ?? 'expression').join(', '),
      rows: 0,
      by: 'unique index',
    }))
}

function hasOwnKey({ live }: LoadTable, { name }: ColumnFill): boolean {
  return live.indexes.some(
    ({ level, definition, keyColumns, partial }) =>
      level === 0 &&
      !partial &&
      definition.startsWith('CREATE UNIQUE INDEX') &&
      keyColumns.length === 1 &&
      keyColumns[0] === name,
  )
}

async function duplicates(count: Count, { plan, live }: LoadTable, { name }: ColumnFill): Promise<Finding> {
  const found = { table: displayName(plan.table), what: 'duplicates', on: name } as const
  if (rowsOf(plan) > COUNTED_ROWS) return { ...found, rows: null, by: 'generator' }
  const known = await count(
    `select (count(${ident(name)}) - count(distinct ${ident(name)}))::text as n from ${qualified(live)}`,
  )
  return { ...found, ...known }
}
