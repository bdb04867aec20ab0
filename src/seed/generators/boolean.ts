import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { lowSql, type Stream } from '../stream.ts'
import type { Generator } from './generator.ts'

/** True with the given probability (default 0.5). */
export const boolean: Generator = {
  kind: 'boolean',
  compile(options, context) {
    const probability = options.fraction('probability', { fallback: 0.5, closed: true })
    return { kind: 'boolean', ...chance(context.stream(), probability) }
  },
}

/** Both twins of an event with a probability, which is kept to 1 in 2^32. */
export function chance(stream: Stream, probability: number): { at(low: number): boolean; sql: string } {
  const { state } = stream
  const threshold = Math.round(probability * 4294967296)
  return {
    at: inline`(low) => ${hashIndex}(${state}, low) >>> 0 < ${threshold}`,
    sql: `(${lowSql(stream)} < ${threshold})`,
  }
}
