import { putInt32 } from './bytes.ts'
import { hashHigh } from './hash.ts'
import { inlineText } from './inline.ts'
import type { RowHash } from './row-hash.ts'

/** One column of binary COPY: writes the value's bytes at `pos` and returns the position behind them. */
interface ColumnWriter {
  readonly write: PartWriter
  readonly isNull: ((low: number) => boolean) | undefined
}

/** Return the position behind the rows that they have written. */
type WriteRange = (low: number, count: number, out: DataView, pos: number) => number
type WriteList = (lows: Int32Array, out: DataView, pos: number) => number

export interface RowsWriter {
  /** `count` rows, the first being the one whose number ends in the 32 bits `low`. */
  readonly range: WriteRange
  /** The rows whose numbers end in these bits. */
  readonly list: WriteList
}

/**
 * A loop over rows that is compiled for exactly these columns. In a loop over a list of columns the engine does not know which
 * function it calls, and calls it; here each call has a place of its own and is inlined: measured 80 instead of 135 ns for a row of
 * billion_rows. The code holds nothing but numbers of columns.
 */
export function fuseWriters(columns: readonly ColumnWriter[]): RowsWriter {
  const bound = {
    putInt32,
    ...named(
      'write',
      columns.map(({ write }) => write),
    ),
    ...named(
      'isNull',
      columns.map(({ isNull }) => isNull),
    ),
  }
  const steps = columns.map(({ isNull }, k) => {
    const value = `end = write${k}(low, out, pos + 4); putInt32(out, pos, end - pos - 4); pos = end`
    return isNull ? `if (isNull${k}(low)) pos = putInt32(out, pos, -1); else { ${value} }` : value
  })
  const row = `out.setInt16(pos, ${columns.length})
    pos += 2
    ${steps.join('\n    ')}`
  return {
    range: inlineText<WriteRange>(
      `(first, count, out, pos) => {
  let end = 0
  for (let n = 0; n < count; n++) {
    const low = (first + n) | 0
    ${row}
  }
  return pos
}`,
      bound,
    ),
    list: inlineText<WriteList>(
      `(lows, out, pos) => {
  let end = 0
  for (let n = 0; n < lows.length; n++) {
    const low = lows[n]
    ${row}
  }
  return pos
}`,
      bound,
    ),
  }
}

export type PartWriter = (low: number, out: DataView, pos: number) => number

/** Writers one behind the other as one, each called at a place of its own, as above. */
export function fuseParts(writers: readonly PartWriter[]): PartWriter {
  const steps = writers.map((_, k) => `pos = write${k}(low, out, pos)`)
  return inlineText(
    `(low, out, pos) => {
  ${steps.join('\n  ')}
  return pos
}`,
    named('write', writers),
  )
}

type ColumnHash = (bytes: DataView, pos: number, length: number) => number

/** Adds the checksum of the row that stands at the beginning of `bytes` to a sum. */
export function fuseHashes(hashes: readonly ColumnHash[]): (bytes: DataView, sum: RowHash) => void {
  const steps = hashes.map(
    (_, k) => `length = bytes.getInt32(pos); pos += 4
  if (length < 0) sum.column(0, 0)
  else { low = hash${k}(bytes, pos, length); sum.column(hashHigh(), low); pos += length }`,
  )
  return inlineText(
    `(bytes, sum) => {
  let pos = 2, length = 0, low = 0
  sum.begin()
  ${steps.join('\n  ')}
  sum.end()
}`,
    { hashHigh, ...named('hash', hashes) },
  )
}

function named(prefix: string, values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(values.map((value, k) => [`${prefix}${k}`, value]))
}
