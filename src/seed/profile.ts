import type { QualifiedName } from '../kernel/index.ts'

/**
 * A profile after defineSeed(): plain, frozen JSON. Generators are data too (their code is looked up by `kind`), so that
 * a plan can be stored in the ledger, hashed, and handed to a worker thread.
 */
export interface Profile {
  readonly name: string
  readonly seed: number
  readonly tables: readonly TableFill[]
  /** What the report of a load asks of the tables. */
  readonly queries?: readonly AnalysisQuery[]
}

/** A question and its SELECT, of which the first 50 rows are shown. */
export interface AnalysisQuery {
  readonly title: string
  readonly sql: string
}

/** Of a table: row numbers and what generators compute from them stay exact. */
export const MAX_ROWS = 1e13

export interface TableFill {
  readonly table: QualifiedName
  /** Rows are numbered from 1 to `rows`, or from offset + 1 to offset + rows. */
  readonly rows: number
  /** Of rows that are added to a table: how many are numbered before them. Default 0. */
  readonly offset?: number
  /** In the order they are sent; columns that are left out get the server's default. */
  readonly columns: readonly ColumnFill[]
}

export interface ColumnFill {
  readonly name: string
  /** The SQL type as declared; of an enum its quoted and qualified name, of a domain the type that it is made of. */
  readonly type: string
  /** The values of an enum, in its order. */
  readonly labels?: readonly string[]
  readonly generator: GeneratorSpec
}

export interface GeneratorSpec {
  readonly kind: string
  readonly [option: string]: unknown
}
