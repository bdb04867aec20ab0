import { pow } from './exact-math.ts'
import type { Generator } from './generator.ts'
import { draw } from './histogram.ts'
import { readRange } from './instant.ts'

const DAY_MILLIS = 86_400_000
const BUCKETS = 1024
/** Half-lives that are drawn from; older is one of 4 * 10^9 rows. */
const REACH = 32

/** Times over [from, to) of which the recent ones are more frequent: half as many with each `halfLifeDays` back. To the millisecond. */
export const timestampRecent: Generator = {
  kind: 'timestampRecent',
  compile(options, context) {
    const { from, end } = readRange(options)
    const span = (end - from) / 1000
    const fallback = span / DAY_MILLIS / 8
    const halfLife = options.number('halfLifeDays', { min: 1 / 86_400, max: 24_855, fallback }) * DAY_MILLIS
    const reach = Math.min(span, Math.floor(halfLife * REACH))
    const edges = Array.from({ length: BUCKETS + 1 }, (_, k) => Math.floor((reach * k) / BUCKETS))
    const bounds = edges.filter((edge, k) => k === 0 || edge > edges[k - 1]!)
    const remains = (age: number) => pow(2, -age / halfLife)
    const weights = bounds.slice(1).map((older, k) => remains(bounds[k]!) - remains(older))
    const age = draw({ bounds, weights }, context.stream(), context)
    const last = end - 1000
    return {
      kind: 'time',
      min: last - (reach - 1) * 1000,
      max: last,
      at: (low) => last - age.at(low) * 1000,
      sql: `(${last} - ${age.sql} * 1000)`,
    }
  },
}
