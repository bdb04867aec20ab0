import {
  hashHigh,
  hashIndex,
  hashText,
  type SeedState,
  seedState,
  toInt64,
  type Words,
  wordsOf,
} from './hash.ts'
import { inline } from './inline.ts'

/** A source of random bits for a column: hash(index) in JavaScript and the same as an SQL expression. */
export interface Stream {
  readonly state: SeedState
  /** int8 expression over the row's number. */
  readonly sql: string
  /** The same hash of another int8 expression, whose values are 0 to 2^32 - 1. */
  of(index: string): string
}

export interface StreamName {
  readonly seed: number
  readonly table: string
  /** Column, then whatever tells apart several streams of one column. */
  readonly path: readonly string[]
  /** SQL of the row's number; default `i`. */
  readonly row?: string
}

/** 2^32 rows: the hash folds its argument to 32 bits, so each block has a seed of its own. */
export const BLOCK_ROWS = 4294967296

export function blockOf(row: number): number {
  return Math.floor(row / BLOCK_ROWS)
}

/**
 * hashint8extended(i & 4294967295, hashint8extended(i >> 32, seed of the stream)). The inner hash is a constant for a
 * block, so it stands in the SQL as a number.
 */
export function openStream({ seed, table, path, row = 'i' }: StreamName, block: number): Stream {
  const columnSeed = hashText(JSON.stringify([table, ...path]), wordsOf(seed))
  const blockSeed = blockHash(columnSeed, block)
  const of = (index: string) => `hashint8extended(${index}, '${toInt64(blockSeed)}'::bigint)`
  return Object.freeze({
    state: seedState(blockSeed),
    sql: of(block === 0 ? row : `(${row} & 4294967295)`),
    of,
  })
}

function blockHash(columnSeed: Words, block: number): Words {
  const low = hashIndex(seedState(columnSeed), block)
  return { high: hashHigh(), low }
}

/** A number of values in two halves, so that products stay exact in doubles. */
export interface Span {
  readonly high: number
  readonly low: number
}

/** 1 to MAX_SPAN values. */
export function spanOf(n: number): Span {
  const high = Math.floor(n / 65536)
  return Object.freeze({ high, low: n - high * 65536 })
}

/** u * n / 2^32 rounded down, exact for 0 <= u < 2^32: a uniform integer from 0 to n - 1. */
export function scale(u: number, { high, low }: Span): number {
  return Math.floor((u * high + Math.floor(u * low * RECIPROCAL)) * RECIPROCAL)
}

/** Multiplying with a power of two is exact, and quicker than dividing. */
const RECIPROCAL = 1 / 65536

/** scale() to 1 to MAX_SPAN values. */
export function scaleTo(n: number): (u: number) => number {
  // Up to 2^21 values the product has at most 53 bits and is exact in one step.
  if (n <= 2097152) return inline`(u) => (u * ${n / 4294967296}) | 0`
  const { high, low } = spanOf(n)
  return inline`(u) => Math.floor((u * ${high} + Math.floor(u * ${low} * ${RECIPROCAL})) * ${RECIPROCAL})`
}

/** The largest number of values: above it the product would not fit into the server's int8. */
export const MAX_SPAN = 2147483648

/** The lower half of a hash, uniform from 0 to 2^32 - 1. The hash's better half: use it first. */
export function lowSql({ sql }: Pick<Stream, 'sql'>): string {
  return `(${sql} & 4294967295)`
}

/** The upper half. */
export function highSql({ sql }: Pick<Stream, 'sql'>): string {
  return `((${sql} >> 32) & 4294967295)`
}

/** scale() in SQL. */
export function scaleSql(u: string, n: number | string): string {
  return `((${u} * ${n}) >> 32)`
}
