import { inline } from '../inline.ts'
import { scatter } from './bijection.ts'
import { pow } from './exact-math.ts'
import type { Context, Generator } from './generator.ts'
import { draw, type Histogram } from './histogram.ts'
import type { Numbering } from './numbering.ts'

const MAX_KEYS = 2_147_483_647
/** The most frequent ranks have a bucket each; those behind them share buckets that grow by a factor. */
const HEAD = 256
const TAIL_BUCKETS = 768

/**
 * Keys from 1 to `max`, where the k-th most frequent one comes k^-exponent times as often as the first: Zipf's law. Ranks are scattered over the
 * keys unless `ranked` is true; then key 1 is the most frequent.
 */
export const zipf: Generator = {
  kind: 'zipf',
  compile(options, context) {
    const max = options.integer('max', { min: 1, max: MAX_KEYS })
    const exponent = options.number('exponent', { min: 0.1, max: 5, fallback: 1 })
    const ranked = options.flag('ranked')
    const rank = zipfRank({ max, exponent }, context)
    const { at, sql } = ranked ? rank : scatter(rank, max)
    return { kind: 'int', min: 1, max, at: inline`(low) => 1 + ${at}(low)`, sql: `(1 + ${sql})` }
  },
}

/** Ranks from 0. */
export function zipfRank(law: { max: number; exponent: number }, context: Context, name?: string): Numbering {
  return draw(zipfHistogram(law), context.stream(name), context)
}

export function zipfHistogram({ max, exponent }: { max: number; exponent: number }): Histogram {
  const bounds = Array.from({ length: Math.min(HEAD, max) + 1 }, (_, k) => k)
  const weights = bounds.slice(1).map((rank) => pow(rank, -exponent))
  const growth = max > HEAD ? pow(max / HEAD, 1 / TAIL_BUCKETS) : 1
  let edge = HEAD
  for (let k = 1; k <= TAIL_BUCKETS && bounds.at(-1)! < max; k++) {
    edge *= growth
    const [from, end] = [bounds.at(-1)!, k === TAIL_BUCKETS ? max : Math.min(max, Math.floor(edge))]
    if (end === from) continue
    bounds.push(end)
    weights.push(sumOfPowers({ from, end, exponent }))
  }
  return { bounds, weights }
}

/** Of the ranks from + 1 to end, by Simpson's rule over [from + 1/2, end + 1/2]: buckets are narrow. */
function sumOfPowers({ from, end, exponent }: { from: number; end: number; exponent: number }): number {
  const f = (x: number) => pow(x, -exponent)
  return ((end - from) * (f(from + 0.5) + 4 * f((from + end + 1) / 2) + f(end + 0.5))) / 6
}
