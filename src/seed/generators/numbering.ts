import { inline } from '../inline.ts'
import { BLOCK_ROWS } from '../stream.ts'
import type { Context } from './generator.ts'

/** A number of each row, in both twins. */
export interface Numbering {
  at(low: number): number
  /** int8 expression; cheap enough to stand several times. */
  readonly sql: string
}

/** The row's number from 0. */
export function rowNumber({ block, row }: Pick<Context, 'block' | 'row'>): Numbering {
  const base = block * BLOCK_ROWS - 1
  return { at: inline`(low) => ${base} + (low >>> 0)`, sql: `(${row} - 1)` }
}

/** The row's number from 0 among those that are made together. */
export function batchNumber({ block, row, offset }: Pick<Context, 'block' | 'row' | 'offset'>): Numbering {
  const base = block * BLOCK_ROWS - 1 - offset
  return { at: inline`(low) => ${base} + (low >>> 0)`, sql: `(${row} - ${1 + offset})` }
}
