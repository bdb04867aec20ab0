import { is, SQL, sql } from 'drizzle-orm'
import { PgDialect, type PgTable } from 'drizzle-orm/pg-core'
import type { KeyPart, PartitionKey, PartitionStrategy } from '../model/index.ts'

/**
 * What stands beside index() and primaryKey() in a table's third argument: partitionBy, storage.
 *
 * Drizzle 0.45 ignores what it does not know there only after `.flat(1)`, and Drizzle 1 throws; an empty array vanishes
 * in both, and `build` makes it an index builder for the type checker. We read the third argument before it is flattened.
 * Found by its symbol, never by instanceof: a user's project may hold two copies of this package.
 */
const EXTRA = Symbol.for('gigarow:extra')

export class Extra extends Array<never> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  readonly [EXTRA]: ExtraValue

  constructor(value: ExtraValue) {
    super()
    this[EXTRA] = value
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

/** A column of the table, `t.createdAt`, or an expression, sql`lower(${t.email})`. */
export type KeyInput = { readonly name: string } | SQL

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

export interface TableExtras {
  readonly partitionKey?: PartitionKey
  readonly storage?: StorageOptions
}

/** What of ours stands in a table's third argument. */
export function readExtras(table: PgTable): TableExtras {
  const build: unknown = Reflect.get(table, Symbol.for('drizzle:ExtraConfigBuilder'))
  if (typeof build !== 'function') return {}
  const result: unknown = build(Reflect.get(table, Symbol.for('drizzle:ExtraConfigColumns')))
  const values = Object.values(result as object).flatMap((entry: unknown) => {
    const value: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, EXTRA) : undefined
    return value === undefined ? [] : [value as ExtraValue]
  })
  const by = values.find((v) => v.kind === 'partitionBy')
  const stored = values.filter((v) => v.kind === 'storage')
  return {
    ...(by ? { partitionKey: { strategy: by.strategy, parts: by.parts.map(keyPart) } } : {}),
    ...(stored.length > 0 ? { storage: Object.assign({}, ...stored.map((s) => s.storage)) } : {}),
  }
}

function keyPart(input: KeyInput): KeyPart {
  if (!is(input, SQL)) return { kind: 'column', column: (input as { name: string }).name }
  return { kind: 'expression', sql: new PgDialect().sqlToQuery(sql`${input}`.inlineParams()).sql }
}
