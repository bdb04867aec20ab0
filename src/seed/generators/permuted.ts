import { inline } from '../inline.ts'
import { MAX_BIJECTION, shuffle } from './bijection.ts'
import type { Context, Generator } from './generator.ts'
import { rowNumber } from './numbering.ts'
import type { Options } from './options.ts'

/** The row's numbers in another order: each from `start` to start + rows - 1 once. */
export const permuted: Generator = {
  kind: 'permuted',
  compile(options, context) {
    const start = options.integer('start', { min: -1e15, max: 1e15, fallback: 1 })
    return { ...distinct(options, context, { min: start, max: start + context.rows - 1 }) }
  },
}

/** Whole numbers from min to max, none twice. Fails where there are more rows than numbers. */
export function distinct(options: Options, context: Context, { min, max }: { min: number; max: number }) {
  const { at, sql } = shuffled(options, context, max - min + 1)
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
  if (context.rows > n) options.fail(`there are ${n} different values for ${context.rows} rows`)
  const streams = [context.fixedStream('shuffle 1'), context.fixedStream('shuffle 2')] as const
  return shuffle(rowNumber(context), { n, streams, once: context.once })
}
