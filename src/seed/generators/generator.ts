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
  /** Rows of the whole table. */
  readonly rows: number
  /** The rows that are compiled for are block * 2^32 to block * 2^32 + 2^32 - 1. */
  readonly block: number
  /** Random bits of this column (and place within it). A generator that needs several gives them names. */
  stream(name?: string): Stream
  /** Random bits that columns of a table share by a key: that is how columns are correlated. */
  sharedStream(key: string): Stream
  /** Compiles a generator within this one. */
  compile(spec: GeneratorSpec, place: string): Source
}
