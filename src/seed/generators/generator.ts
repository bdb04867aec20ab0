import type { GeneratorSpec } from '../profile.ts'
import type { Source } from '../source.ts'
import type { Stream } from '../stream.ts'
import type { Options } from './options.ts'

/** The code of one kind of generator: from its options to both twins. */
export interface Generator {
  readonly kind: string
  compile(options: Options, context: Context): Source
}

/** Where a generator stands: which table, how many rows, which of its streams of random bits. */
export interface Context {
  /** Rows that are made together: of the whole table, or of those that are added to it. */
  readonly rows: number
  /** How many rows are numbered before them. */
  readonly offset: number
  /** The rows that are compiled for are block * 2^32 to block * 2^32 + 2^32 - 1. */
  readonly block: number
  /** SQL of the row's number, int8: `i`, or of the row of another table that this one's value is taken from. */
  readonly row: string
  /**
   * Has the server compute an expression once for each row, before the columns: returns the name by which others refer to it. The same
   * expression is computed once, whoever asks for it.
   */
  once(expression: string): string
  /** What `make` gave for the same key in this table: for functions of the row's number that several columns need. */
  share<T>(key: string, make: () => T): T
  /** Random bits of this column (and place within it). A generator that needs several gives them names. */
  stream(name?: string): Stream
  /** Random bits that columns of a table share by a key: that is how columns are correlated. */
  sharedStream(key: string): Stream
  /** Random bits that do not depend on the row's block: for functions of numbers that are not the row's own. */
  fixedStream(name: string): Stream
  sharedFixedStream(key: string): Stream
  /** Compiles a generator within this one. */
  compile(spec: GeneratorSpec, place: string): Source
  /** Compiles the generator of another table's column for the row whose number the SQL `row` gives, 1 to 2^32 - 1. */
  compileFor(spec: GeneratorSpec, other: OtherColumn): Source
}

export interface OtherColumn {
  /** schema.name */
  readonly table: string
  readonly column: string
  readonly rows: number
  readonly offset: number
  readonly row: string
}
