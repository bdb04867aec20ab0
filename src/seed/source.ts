/**
 * What a generator makes for a column, before it is known how the column's type encodes it. Both twins stand side by
 * side: a function of the row's number within its block (the lower 32 bits, signed) and an SQL expression over `i`.
 */
export type Source =
  | IntSource
  | DecimalSource
  | BooleanSource
  | TimeSource
  | PickSource
  | TextSource
  | UuidSource
  | JsonSource
  | BytesSource
  | ArraySource

interface Nullable {
  readonly isNull?: (low: number) => boolean
  /** boolean, true where the value is null. */
  readonly nullSql?: string
}

/** A safe integer. `sql` is int8. */
export interface IntSource extends Nullable {
  readonly kind: 'int'
  readonly min: number
  readonly max: number
  at(low: number): number
  readonly sql: string
}

/** An integer in units of 10^-scale. `sql` is int8, in the same units. */
export interface DecimalSource extends Nullable {
  readonly kind: 'decimal'
  readonly scale: number
  readonly min: number
  readonly max: number
  at(low: number): number
  readonly sql: string
}

export interface BooleanSource extends Nullable {
  readonly kind: 'boolean'
  at(low: number): boolean
  readonly sql: string
}

/** Microseconds since 2000-01-01 00:00 UTC. `sql` is int8. */
export interface TimeSource extends Nullable {
  readonly kind: 'time'
  readonly min: number
  readonly max: number
  at(low: number): number
  readonly sql: string
}

export type PickValue = string | number | boolean

/** One of a short list. `at` is its index from 0; `sql` (int) the same. */
export interface PickSource extends Nullable {
  readonly kind: 'pick'
  readonly values: readonly PickValue[]
  at(low: number): number
  readonly sql: string
}

/** Text without quotes, backslashes and control characters: it may stand in JSON as it is. */
export interface TextSource extends Nullable {
  readonly kind: 'text'
  readonly maxBytes: number
  /** Where it differs from maxBytes. */
  readonly maxCharacters?: number
  /** Where all values are this one. */
  readonly constant?: string
  /** Whether it may hold quotes, backslashes and control characters all the same. */
  readonly isRaw?: boolean
  write(low: number, out: DataView, pos: number): number
  readonly sql: string
}

/** 16 bytes. */
export interface UuidSource extends Nullable {
  readonly kind: 'uuid'
  write(low: number, out: DataView, pos: number): number
  readonly sql: string
}

/** A document as jsonb prints it: keys by length, then bytes; ", " and ": " between. `sql` is text. */
export interface JsonSource extends Nullable {
  readonly kind: 'json'
  readonly maxBytes: number
  write(low: number, out: DataView, pos: number): number
  readonly sql: string
}

/** `sql` is bytea. */
export interface BytesSource extends Nullable {
  readonly kind: 'bytes'
  readonly maxBytes: number
  write(low: number, out: DataView, pos: number): number
  readonly sql: string
}

/** The first `at` elements, each made by a source of its own. `sql` (int8) is their number. */
export interface ArraySource extends Nullable {
  readonly kind: 'array'
  readonly elements: readonly Source[]
  at(low: number): number
  readonly sql: string
}
