import { exp } from './exact-math.ts'
import type { Generator } from './generator.ts'
import { numbersOf, readLimits, wholeBounds } from './normal.ts'

const BUCKETS = 1024
/** Times the mean; beyond is 1 of 10^9 rows. */
const REACH = 21

/** Waiting times: from 0, each further step as likely to end as the one before. */
export const exponential: Generator = {
  kind: 'exponential',
  compile(options, context) {
    const { scale, unit, min, max } = readLimits(options)
    const mean = options.number('mean', { min: 1e-9, max: 1e15 }) * unit
    const edges = Array.from({ length: BUCKETS + 1 }, (_, k) => (mean * REACH * k) / BUCKETS)
    const bounds = wholeBounds(edges, { min: Math.max(0, min), max })
    if (bounds.length < 2) return options.fail('no value lies between min and max')
    // A number stands for what begins with it: 0 for all below 1.
    const weights = bounds.slice(1).map((end, k) => exp(-bounds[k]! / mean) - exp(-end / mean))
    return numbersOf({ bounds, weights }, { scale, options, context })
  },
}
