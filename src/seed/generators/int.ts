import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { lowSql, MAX_SPAN, type Stream, scaleSql, scaleTo } from '../stream.ts'
import type { Generator } from './generator.ts'
import { distinct } from './permuted.ts'

const LIMIT = 1_000_000_000_000_000

/** Whole numbers, each from min to max (both included) as likely as the others; with `isUnique` each at most once. */
export const int: Generator = {
  kind: 'int',
  compile(options, context) {
    const min = options.integer('min', { min: -LIMIT, max: LIMIT, fallback: 0 })
    const max = options.integer('max', { min, max: LIMIT })
    if (options.flag('isUnique')) return distinct(options, context, { min, max })
    if (max - min >= MAX_SPAN) options.fail(`min to max must span at most ${MAX_SPAN} values`)
    return { kind: 'int', min, max, ...uniform(context.stream(), { min, max }) }
  },
}

/** Both twins of an even spread from min to max; at most MAX_SPAN values. */
export function uniform(
  stream: Stream,
  { min, max }: { min: number; max: number },
): { at(low: number): number; sql: string } {
  const { state } = stream
  const scaled = scaleTo(max - min + 1)
  return {
    at: inline`(low) => ${min} + ${scaled}(${hashIndex}(${state}, low) >>> 0)`,
    sql: `(${min} + ${scaleSql(lowSql(stream), max - min + 1)})`,
  }
}
