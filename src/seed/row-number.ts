import { ident } from '../kernel/index.ts'
import type { TablePlan } from './plan.ts'
import type { LoadTable } from './preflight.ts'

// Threads import it: nothing of the driver that only the main thread needs.

/** The number of a row, from 0 for the first of the load, as SQL over its columns; undefined where the profile has no sequence. */
export function rowNumberSql(table: TablePlan): string | undefined {
  const column = table.columns.find((c) => c.generator.kind === 'sequence')
  if (column === undefined) return undefined
  const { start = 1 } = column.generator
  return `(${ident(column.name)} - (${String(Number(start) + (table.offset ?? 0))})::numeric)`
}

/** Whether a row tells its chunk, so that chunks are compared one by one. */
export function isByChunk(table: TablePlan): boolean {
  return rowNumberSql(table) !== undefined && table.before?.checksum === undefined
}

/** The column that holds the number of each row. */
export function numberColumn({ columns }: TablePlan): { name: string; start: number } | undefined {
  const column = columns.find(({ generator }) => generator.kind === 'sequence')
  return column && { name: column.name, start: Number(column.generator.start ?? 1) }
}

/** Whether an index leads to rows by their number. */
export function isIndexed({ plan, live }: LoadTable, column = numberColumn(plan)?.name): boolean {
  return live.indexes.some(
    ({ level, valid, partial, keyColumns, definition }) =>
      level === 0 && valid && !partial && keyColumns[0] === column && / USING btree /.test(definition),
  )
}
