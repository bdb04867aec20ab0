import { inline } from '../inline.ts'
import { MAX_BIJECTION, shuffle } from './bijection.ts'
import type { Context, Generator } from './generator.ts'
import { batchNumber, type Numbering, rowNumber } from './numbering.ts'
import type { Options } from './options.ts'

/** The row's numbers in another order: each from `start` to start + rows - 1 once. Rows that are added continue them. */
export const permuted: Generator = {
  kind: 'permuted',
  compile(options, context) {
    const start = options.integer('start', { min: -1e15, max: 1e15, fallback: 1 })
    const { rows, offset } = context
    if (rows > MAX_BIJECTION) options.fail(`there must be at most ${MAX_BIJECTION} different values`)
    const min = start + offset
    return numbersFrom(min, min + rows - 1, shuffleOf(context, batchNumber(context), rows))
  },
}

/** Whole numbers from min to max, none twice. Fails where there are more rows than numbers. */
export function distinct(options: Options, context: Context, { min, max }: { min: number; max: number }) {
  return numbersFrom(min, max, shuffled(options, context, max - min + 1))
}

function numbersFrom(min: number, max: number, { at, sql }: Numbering) {
  return {
    kind: 'int' as const,
    min,
    max,
    at: inline<typeof at>`(low) => ${min} + ${at}(low)`,
    sql: `(${min} + ${sql})`,
  }
}

/** A number from 0 to n - 1 for each row, none twice. */
export function shuffled(options: Options, context: Context, n: number) {
  if (n > MAX_BIJECTION) options.fail(`there must be at most ${MAX_BIJECTION} different values`)
  const rows = context.offset + context.rows
  if (rows > n) options.fail(`there are ${n} different values for ${rows} rows`)
  return shuffleOf(context, rowNumber(context), n)
}

/** How long names of their own must be for so many rows: rows that are added get such ones as those before, or might get the same. */
export function lengthFor(
  options: Options,
  { offset, rows }: Context,
  { least, values }: { least: number; values: (length: number) => number },
): number {
  const of = (count: number) => {
    let length = least
    while (values(length) < count) length++
    return length
  }
  const length = of(offset + rows)
  if (offset > 0 && of(offset) !== length)
    options.fail(`values of another length than the ${offset} rows before have, which might come twice`)
  return length
}

function shuffleOf(context: Context, numbers: Numbering, n: number): Numbering {
  const streams = [context.fixedStream('shuffle 1'), context.fixedStream('shuffle 2')] as const
  return shuffle(numbers, { n, streams, once: context.once })
}
