import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { highSql, lowSql, MAX_SPAN, type Stream, scale, scaleSql, spanOf } from '../stream.ts'
import type { Context } from './generator.ts'
import type { Numbering } from './numbering.ts'
import { thresholdTable } from './weights.ts'

/** Any distribution of whole numbers: buckets with weights, and evenly within each bucket. */
export interface Histogram {
  /** Bucket k holds bounds[k] up to, but without, bounds[k + 1]; at most 2^31 numbers. One more than there are weights. */
  readonly bounds: readonly number[]
  /** Any unit; computed by operations that are exact on every machine. */
  readonly weights: readonly number[]
}

/** Draws from the distribution: the bucket by the better half of a hash, the place within it by the other half. */
export function draw(histogram: Histogram, stream: Stream, { once }: Pick<Context, 'once'>): Numbering {
  const { bounds, weights } = merge(histogram)
  const widths = weights.map((_, k) => bounds[k + 1]! - bounds[k]!)
  if (widths.some((width) => width > MAX_SPAN)) throw new RangeError('a bucket is wider than 2^31')
  const table = thresholdTable(thresholds(weights), 4294967296)
  const lows = Float64Array.from(bounds)
  const spans = widths.map(spanOf)
  const { state } = stream
  const hash = once(stream.sql)
  const bucket = once(table.sql(lowSql({ sql: hash })))
  const list = (values: readonly number[]) => `('{${values.join(',')}}'::bigint[])[1 + ${bucket}]`
  const low = list(bounds.slice(0, -1))
  const even = widths.every((width) => width === 1)
  return {
    at: even
      ? inline`(row) => ${lows}[${table.at}(${hashIndex}(${state}, row) >>> 0)]`
      : inline`(row) => {
          const bucket = ${table.at}(${hashIndex}(${state}, row) >>> 0)
          return ${lows}[bucket] + ${scale}(${hashHigh}() >>> 0, ${spans}[bucket])
        }`,
    sql: once(even ? low : `${low} + ${scaleSql(highSql({ sql: hash }), list(widths))}`),
  }
}

/** Empty buckets go to their neighbours. */
function merge({ bounds, weights }: Histogram): Histogram {
  const kept = { bounds: [bounds[0]!], weights: [] as number[] }
  let weight = 0
  for (const [k, own] of weights.entries()) {
    weight += own
    if (bounds[k + 1]! === kept.bounds.at(-1)) continue
    kept.bounds.push(bounds[k + 1]!)
    kept.weights.push(weight)
    weight = 0
  }
  if (kept.weights.length > 0) kept.weights[kept.weights.length - 1]! += weight
  return kept
}

/** Where each bucket but the first begins, in 2^-32 of all. */
function thresholds(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.slice(0, -1).map((weight) => {
    sum += weight
    return Math.min(Math.floor((sum / total) * 4294967296), 4294967296)
  })
}
