import type { PgType } from '../pg-type.ts'
import type { Source } from '../source.ts'

/** How a column's values are written for a binary COPY, and made by an SQL expression. */
export interface Encoder {
  readonly maxBytes: number
  /**
   * The value's bytes, without the length before them; returns the position behind. May write OVERRUN bytes more, which whatever
   * comes next overwrites.
   */
  write(low: number, out: DataView, pos: number): number
  /** An expression of the column's type. */
  readonly sql: string
}

/** One PostgreSQL type: from sources to bytes, and from bytes back to text and to the server's hash. */
export interface Codec {
  /** Undefined when this type cannot hold such values; a string says what is wrong with these ones. */
  encoder(source: Source, type: PgType): Encoder | string | undefined
  /** As the server prints it with TimeZone UTC, DateStyle ISO. */
  text(bytes: DataView, pos: number, length: number): string
  /** What hash_record_extended(…, 0) adds for the value; the upper half is in hashHigh(). */
  hash(bytes: DataView, pos: number, length: number): number
  /** The expression in that record. */
  hashSql(column: string): string
}
