import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { lowSql } from '../stream.ts'
import { scatter } from './bijection.ts'
import type { Context, Generator } from './generator.ts'
import type { Numbering } from './numbering.ts'
import type { Options } from './options.ts'

const MAX_KEYS = 2_147_483_647
/** Knots of the quantile table; between them it is linear. */
const KNOTS = 1024
const KNOT_BITS = 22
const STEP = 2 ** KNOT_BITS

/**
 * Keys from 1 to `max`, of which a fraction `of` gets a share `share` of the rows: by default 20 % of the users make 80 %
 * of the events. The frequency falls as a power of the key's rank, flattened at the top, so that no single key dominates.
 * Ranks are scattered over the keys by a bijection: busy keys are not the first ones.
 */
export const pareto: Generator = {
  kind: 'pareto',
  compile(options, context) {
    const max = options.integer('max', { min: 1, max: MAX_KEYS })
    const { at, sql } = scatter(paretoRank(options, context, { max }), max)
    return { kind: 'int', min: 1, max, at: inline`(low) => 1 + ${at}(low)`, sql: `(1 + ${sql})` }
  },
}

/** Ranks from 0 to max - 1 by the options `share` and `of`. */
export function paretoRank(
  options: Options,
  context: Context,
  { max, name }: { max: number; name?: string },
): Numbering {
  const share = options.fraction('share', { fallback: 0.8, closed: false })
  const of = options.fraction('of', { fallback: 0.2, closed: false })
  if (of >= share) options.fail('of must be smaller than share')
  if (share > 0.99 || of < 0.01) options.fail('share must be at most 0.99 and of at least 0.01')
  const table = quantiles({ max, share, of })
  const stream = context.stream(name)
  const { state } = stream
  const u = context.once(lowSql(stream))
  const list = `('{${table.join(',')}}'::int[])`
  const [below, above] = [`${list}[1 + (${u} >> ${KNOT_BITS})]`, `${list}[2 + (${u} >> ${KNOT_BITS})]`]
  return {
    at: inline`(low) => {
      const word = ${hashIndex}(${state}, low)
      const knot = word >>> ${KNOT_BITS}
      const from = ${table}[knot]
      return from + Math.floor((${table}[knot + 1] - from) * (word & ${STEP - 1}) * ${1 / STEP})
    }`,
    sql: `(${below} + (((${above} - ${below}) * (${u} & ${STEP - 1})) >> ${KNOT_BITS}))`,
  }
}

/**
 * The rank below which each 1024th part of the rows falls, for frequencies that fall as (rank + flat)^-1.25, where `flat`
 * is such that the first `of` of the ranks get `share`. Only with operations whose last bit IEEE 754 fixes, as it does not
 * for pow() and log(): the table is the same on every machine.
 */
function quantiles({ max, share, of }: { max: number; share: number; of: number }): Int32Array {
  let [low, high] = [1e-15, 1e6]
  for (let round = 0; round < 100; round++) {
    const middle = Math.sqrt(low * high)
    if (rankAt(share, middle) < of) low = middle
    else high = middle
  }
  // Rounding may put the first one a hair below 0.
  const rank = (k: number) => Math.min(Math.max(Math.floor(rankAt(k / KNOTS, low) * max), 0), max - 1)
  return Int32Array.from({ length: KNOTS + 1 }, (_, k) => (k === KNOTS ? max : rank(k)))
}

/** The inverse of the share that the ranks below a part of all ranks get; both from 0 to 1. */
function rankAt(share: number, flat: number): number {
  const first = 1 / Math.sqrt(Math.sqrt(flat))
  const last = 1 / Math.sqrt(Math.sqrt(1 + flat))
  const root = first - share * (first - last)
  return 1 / (root * root * root * root) - flat
}
