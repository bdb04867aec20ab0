import { is, SQL, sql } from 'drizzle-orm'
import { PgDialect, type PgTable } from 'drizzle-orm/pg-core'
import type { KeyPart, PartitionKey, PartitionStrategy } from '../model/index.ts'
import type { ColumnOptions } from './column-options.ts'
import type { DistributionSpec } from './distribution.ts'
import type { IndexSpec } from './index-builder.ts'
import type { RenameSpec } from './renames.ts'
import type { StatisticsSpec } from './statistics.ts'

/**
 * What stands beside index() and primaryKey() in a table's third argument: partitionBy, storage.
 *
 * Drizzle 0.45 ignores what it does not know there only after `.flat(1)`, and Drizzle 1 throws; an empty array vanishes
 * in both, and `build` makes it an index builder for the type checker. We read the third argument before it is flattened.
 * Found by its symbol, never by instanceof: a user's project may hold two copies of this package.
 */
const EXTRA = Symbol.for('gigarow:extra')

export class Extra extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  readonly [EXTRA]: ExtraValue

  /** `inner`: builders of Drizzle's own that it is to see in our place. */
  constructor(value: ExtraValue, inner: readonly unknown[] = []) {
    super()
    this[EXTRA] = value
    this.push(...inner)
  }

  /** Only for the types: Drizzle never sees this object. */
  build(): never {
    throw new TypeError('a gigarow extra is not an index')
  }
}

type ExtraValue =
  | {
      readonly kind: 'partitionBy'
      readonly strategy: PartitionStrategy
      readonly parts: readonly KeyInput[]
    }
  | { readonly kind: 'storage'; readonly storage: StorageOptions }
  | { readonly kind: 'columnOptions'; readonly column: string; readonly options: ColumnOptions }
  | { readonly kind: 'index'; readonly spec: IndexSpec }
  | { readonly kind: 'statistics'; readonly spec: StatisticsSpec }
  | { readonly kind: 'comment'; readonly comment: CommentSpec }
  | { readonly kind: 'renamedFrom'; readonly rename: RenameSpec }
  | { readonly kind: 'distribution'; readonly distribution: DistributionSpec }

/** Of the table, or of a column of it. */
export interface CommentSpec {
  readonly column?: string
  readonly text: string
}

/** A column as the third argument of pgTable() hands it over. Those of other tables, `orders.id`, have no `indexConfig`. */
export interface NamedColumn {
  readonly name: string
  readonly indexConfig: object
}

/** A column of the table, `t.createdAt`, or an expression, sql`lower(${t.email})`. */
export type KeyInput = NamedColumn | SQL

type PartitionBy = (...columns: readonly [KeyInput, ...KeyInput[]]) => Extra

/**
 * `partitionBy.range(t.createdAt)` in a table's third argument makes the table a partitioned one. Which partitions it has
 * is declared by timePartitions, rangePartitions, listPartitions or hashPartitions.
 */
export const partitionBy: Readonly<Record<PartitionStrategy, PartitionBy>> = Object.freeze({
  range: (...parts) => new Extra({ kind: 'partitionBy', strategy: 'range', parts }),
  list: (...parts) => new Extra({ kind: 'partitionBy', strategy: 'list', parts }),
  hash: (...parts) => new Extra({ kind: 'partitionBy', strategy: 'hash', parts }),
})

/** Storage parameters of a table (PostgreSQL manual, CREATE TABLE). On a partitioned table they go to every partition. */
export interface StorageOptions {
  /** Percent of a page that INSERT fills, 10 to 100. */
  readonly fillfactor?: number
  /** Bytes. */
  readonly toast_tuple_target?: number
  readonly parallel_workers?: number
  readonly autovacuum_enabled?: boolean
  readonly autovacuum_vacuum_threshold?: number
  readonly autovacuum_vacuum_scale_factor?: number
  readonly autovacuum_vacuum_insert_threshold?: number
  readonly autovacuum_vacuum_insert_scale_factor?: number
  readonly autovacuum_analyze_threshold?: number
  readonly autovacuum_analyze_scale_factor?: number
  /** Milliseconds. */
  readonly autovacuum_vacuum_cost_delay?: number
  readonly autovacuum_vacuum_cost_limit?: number
  readonly autovacuum_freeze_min_age?: number
  readonly autovacuum_freeze_max_age?: number
  readonly autovacuum_freeze_table_age?: number
  readonly vacuum_truncate?: boolean
  /** Not written to the WAL: faster to fill, empty after a crash. */
  readonly unlogged?: boolean
  readonly tablespace?: string
}

/** `storage({ fillfactor: 90 })` in a table's third argument. */
export function storage(options: StorageOptions): Extra {
  return new Extra({ kind: 'storage', storage: Object.freeze({ ...options }) })
}

/** `comment('…')` says what a table is for, `comment(t.payload, '…')` what a column holds. In a table's third argument. */
export function comment(text: string): Extra
export function comment(column: NamedColumn, text: string): Extra
export function comment(...args: readonly [string] | readonly [NamedColumn, string]): Extra {
  const spec = args.length === 1 ? { text: args[0] } : { column: args[0].name, text: args[1] }
  return new Extra({ kind: 'comment', comment: Object.freeze(spec) })
}

export interface TableExtras {
  readonly partitionKey?: PartitionKey
  readonly storage?: StorageOptions
  /** By the column's name in the database. */
  readonly columnOptions: readonly { readonly column: string; readonly options: ColumnOptions }[]
  readonly indexes: readonly IndexSpec[]
  readonly statistics: readonly StatisticsSpec[]
  readonly comments: readonly CommentSpec[]
  readonly renames: readonly RenameSpec[]
  /** More than one is a problem. */
  readonly distributions: readonly DistributionSpec[]
}

const NO_EXTRAS: TableExtras = Object.freeze({
  columnOptions: [],
  indexes: [],
  statistics: [],
  comments: [],
  renames: [],
  distributions: [],
})

/** What of ours stands in a table's third argument. */
export function readExtras(table: PgTable): TableExtras {
  const build: unknown = Reflect.get(table, Symbol.for('drizzle:ExtraConfigBuilder'))
  if (typeof build !== 'function') return NO_EXTRAS
  const result: unknown = build(Reflect.get(table, Symbol.for('drizzle:ExtraConfigColumns')))
  const values = Object.values(result as object).flatMap((entry: unknown) => {
    const value: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, EXTRA) : undefined
    return value === undefined ? [] : [value as ExtraValue]
  })
  const by = values.find((v) => v.kind === 'partitionBy')
  const stored = values.filter((v) => v.kind === 'storage')
  return Object.freeze({
    ...(by ? { partitionKey: { strategy: by.strategy, parts: by.parts.map(keyPart) } } : {}),
    ...(stored.length > 0 ? { storage: Object.assign({}, ...stored.map((s) => s.storage)) } : {}),
    columnOptions: values
      .filter((v) => v.kind === 'columnOptions')
      .map(({ column, options }) => ({ column, options })),
    indexes: values.filter((v) => v.kind === 'index').map((v) => v.spec),
    statistics: values.filter((v) => v.kind === 'statistics').map((v) => v.spec),
    comments: values.filter((v) => v.kind === 'comment').map((v) => v.comment),
    renames: values.filter((v) => v.kind === 'renamedFrom').map((v) => v.rename),
    distributions: values.filter((v) => v.kind === 'distribution').map((v) => v.distribution),
  })
}

function keyPart(input: KeyInput): KeyPart {
  return is(input, SQL)
    ? { kind: 'expression', sql: sqlText(input) }
    : { kind: 'column', column: (input as NamedColumn).name }
}

/** An expression of Drizzle's as text, with its parameters as constants. */
export function sqlText(expression: SQL): string {
  return new PgDialect().sqlToQuery(sql`${expression}`.inlineParams()).sql
}
