import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { BLOCK_ROWS, lowSql, MAX_SPAN, scaleSql, scaleTo } from '../stream.ts'
import type { Generator } from './generator.ts'
import { readRange } from './instant.ts'

const PART = 1_048_576
const MAX_ROWS = 8_589_934_592

/**
 * Times that rise with the row's number over [from, to), as events that are recorded when they happen: each row has an
 * equal step of the range and stands somewhere in it. The table is then in the order of the time: BRIN indexes work.
 */
export const timestampSeries: Generator = {
  kind: 'timestampSeries',
  compile(options, context) {
    const { from, end } = readRange(options)
    const { rows, offset, block, row } = context
    if (rows > MAX_ROWS) options.fail(`the table must have at most ${MAX_ROWS} rows`)
    const step = Math.floor((end - from) / rows)
    // What is left of the range is spread as well, in parts of a microsecond.
    const parts = Math.floor(((end - from - step * rows) * PART) / rows)
    const jitter = Math.min(Math.max(step, 1), MAX_SPAN)
    const stream = context.stream()
    const { state } = stream
    const scaled = scaleTo(jitter)
    const base = block * BLOCK_ROWS - 1 - offset
    const number = `(${row} - ${1 + offset})`
    return {
      kind: 'time',
      min: from,
      max: end - 1,
      at: inline`(low) => {
        const n = ${base} + (low >>> 0)
        const start = ${from} + n * ${step} + Math.floor(n * ${parts} * ${1 / PART})
        return start + ${scaled}(${hashIndex}(${state}, low) >>> 0)
      }`,
      sql: `(${from} + ${number} * ${step} + ((${number} * ${parts}) >> 20) + ${scaleSql(lowSql(stream), jitter)})`,
    }
  },
}
