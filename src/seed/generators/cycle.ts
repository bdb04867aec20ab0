import { inline } from '../inline.ts'
import type { Generator } from './generator.ts'
import { readInstant } from './instant.ts'
import { rowNumber } from './numbering.ts'

const MAX_LENGTH = 1_000_000_000

/** `start` to start + length - 1, again and again: with timestampSteps of as many rows a step, every combination once. */
export const cycle: Generator = {
  kind: 'cycle',
  compile(options, context) {
    const length = options.integer('length', { min: 1, max: MAX_LENGTH })
    const start = options.integer('start', { min: -1e15, max: 1e15, fallback: 1 })
    const row = rowNumber(context)
    return {
      kind: 'int',
      min: start,
      max: start + length - 1,
      at: inline`(low) => {
        const n = ${row.at}(low)
        return ${start} + n - Math.floor(n / ${length}) * ${length}
      }`,
      sql: `(${start} + ${row.sql} % ${length})`,
    }
  },
}

/** Times at equal distances, `rowsPerStep` rows at each: what meters record. */
export const timestampSteps: Generator = {
  kind: 'timestampSteps',
  compile(options, context) {
    const from = readInstant(options, 'from')
    const seconds = options.integer('everySeconds', { min: 1, max: 31_536_000 })
    const rows = options.integer('rowsPerStep', { min: 1, max: MAX_LENGTH, fallback: 1 })
    const step = seconds * 1_000_000
    const end = context.offset + context.rows
    const last = from + Math.floor((end - 1) / rows) * step
    if (last > 9e15) options.fail(`the last of ${end} rows would lie after the year 2200`)
    const row = rowNumber(context)
    return {
      kind: 'time',
      min: from,
      max: last,
      at: inline`(low) => ${from} + Math.floor(${row.at}(low) / ${rows}) * ${step}`,
      sql: `(${from} + ${row.sql} / ${rows} * ${step})`,
    }
  },
}
