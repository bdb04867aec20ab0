import { putInt32 } from './bytes.ts'

/** One column of binary COPY: writes the value's bytes at `pos` and returns the position behind them. */
interface ColumnWriter {
  readonly write: (low: number, out: DataView, pos: number) => number
  readonly isNull: ((low: number) => boolean) | undefined
}

/** Both return the position behind the rows that they have written. */
export interface RowsWriter {
  /** `count` rows, the first being the one whose number ends in the 32 bits `low`. */
  readonly range: (low: number, count: number, out: DataView, pos: number) => number
  /** The rows whose numbers end in these bits. */
  readonly list: (lows: Int32Array, out: DataView, pos: number) => number
}

/**
 * A loop over rows that is compiled for exactly these columns. In a loop over a list of columns the engine does not know which
 * function it calls, and calls it; here each call has a place of its own and is inlined: measured 80 instead of 135 ns for a row of
 * billion_rows. The code holds nothing but numbers of columns.
 */
export function fuseWriters(columns: readonly ColumnWriter[]): RowsWriter {
  const steps = columns.map(({ isNull }, k) => {
    const value = `end = write${k}(low, out, pos + 4); putInt32(out, pos, end - pos - 4); pos = end`
    return isNull ? `if (isNull${k}(low)) pos = putInt32(out, pos, -1); else { ${value} }` : value
  })
  const locals = columns.map(
    (_, k) => `const write${k} = columns[${k}].write, isNull${k} = columns[${k}].isNull`,
  )
  const row = `    out.setInt16(pos, ${columns.length})
    pos += 2
    ${steps.join('\n    ')}`
  const code = `'use strict'
${locals.join('\n')}
const range = (first, count, out, pos) => {
  let end = 0
  for (let n = 0; n < count; n++) {
    const low = (first + n) | 0
${row}
  }
  return pos
}
const list = (lows, out, pos) => {
  let end = 0
  for (let n = 0; n < lows.length; n++) {
    const low = lows[n]
${row}
  }
  return pos
}
return { range, list }`
  return new Function('columns', 'putInt32', code)(columns, putInt32) as RowsWriter
}

export type PartWriter = (low: number, out: DataView, pos: number) => number

/** Writers one behind the other as one, each called at a place of its own, as above. */
export function fuseParts(writers: readonly PartWriter[]): PartWriter {
  const locals = writers.map((_, k) => `const write${k} = writers[${k}]`)
  const steps = writers.map((_, k) => `pos = write${k}(low, out, pos)`)
  const code = `'use strict'
${locals.join('\n')}
return (low, out, pos) => {
  ${steps.join('\n  ')}
  return pos
}`
  return new Function('writers', code)(writers) as PartWriter
}
