import { inline } from '../inline.ts'
import { BLOCK_ROWS } from '../stream.ts'
import type { Generator } from './generator.ts'

/** The row's number: 1, 2, 3, … */
export const sequence: Generator = {
  kind: 'sequence',
  compile(options, { rows, offset, block, row }) {
    const start = options.integer('start', { min: -1e15, max: 1e15, fallback: 1 })
    const base = block * BLOCK_ROWS + start - 1
    return {
      kind: 'int',
      min: start + offset,
      max: start + offset + rows - 1,
      at: inline`(low) => ${base} + (low >>> 0)`,
      sql: start === 1 ? row : `(${row} + ${start - 1})`,
    }
  },
}
