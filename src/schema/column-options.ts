import { ident, type QualifiedName, qualified } from '../kernel/index.ts'
import { Extra, type NamedColumn } from './extras.ts'

/** How PostgreSQL keeps the values of one column, and what ANALYZE learns of them. */
export interface ColumnOptions {
  /** plain: in the row, as it is · main: compressed · external: out of line, not compressed · extended: both. */
  readonly storage?: 'plain' | 'external' | 'extended' | 'main'
  /** How long values are compressed; lz4 has to be compiled into the server. */
  readonly compression?: 'pglz' | 'lz4'
  /** How much ANALYZE keeps of the column: 0 to 10000; the server's default is 100. */
  readonly statistics?: number
  /** Distinct values: a number, or as a negative share of the rows (-0.5: every value twice). */
  readonly nDistinct?: number
}

/** `columnOptions(t.payload, { storage: 'external', compression: 'lz4', statistics: 1000 })` in a table's third argument. */
export function columnOptions(column: NamedColumn, options: ColumnOptions): Extra {
  return new Extra({ kind: 'columnOptions', column: column.name, options: Object.freeze({ ...options }) })
}

export function columnOptionProblems(label: string, options: ColumnOptions): readonly string[] {
  const { statistics, nDistinct } = options
  return [
    ...(statistics !== undefined && !(Number.isInteger(statistics) && statistics >= 0 && statistics <= 10_000)
      ? [`${label}: statistics is ${statistics}. Write a whole number from 0 to 10000.`]
      : []),
    ...(nDistinct !== undefined && !(nDistinct >= 0 ? Number.isInteger(nDistinct) : nDistinct >= -1)
      ? [
          `${label}: nDistinct is ${nDistinct}. Write a number of values, or a share of the rows from -1 to 0.`,
        ]
      : []),
    ...(Object.keys(options).length === 0 ? [`${label}: columnOptions without an option. Remove it.`] : []),
  ]
}

export interface ColumnOptionsTarget {
  readonly table: QualifiedName
  readonly column: string
  /** Partitions, at every depth: SET COMPRESSION and SET (n_distinct) stay where they are written. */
  readonly partitions: readonly QualifiedName[]
}

/** Statements that set the options; on a partitioned table for its partitions, too. */
export function setColumnOptions(
  { table, column, partitions }: ColumnOptionsTarget,
  { storage, compression, statistics, nDistinct }: ColumnOptions,
): readonly string[] {
  const onTable = [
    ...(storage ? [`SET STORAGE ${storage.toUpperCase()}`] : []),
    ...(statistics === undefined ? [] : [`SET STATISTICS ${statistics}`]),
  ]
  const onEach = [
    ...(compression ? [`SET COMPRESSION ${compression}`] : []),
    ...(nDistinct === undefined ? [] : [`SET (n_distinct = ${nDistinct})`]),
  ]
  return [
    ...[...onTable, ...onEach].map((set) => alter(table, column, set)),
    ...partitions.flatMap((leaf) => onEach.map((set) => alter(leaf, column, set))),
  ]
}

function alter(table: QualifiedName, column: string, what: string): string {
  return `ALTER TABLE ${qualified(table)} ALTER COLUMN ${ident(column)} ${what}`
}
