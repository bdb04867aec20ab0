import { hashIndex } from '../hash.ts'
import { lowSql } from '../stream.ts'
import type { Generator } from './generator.ts'

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
    const share = options.fraction('share', { fallback: 0.8, closed: false })
    const of = options.fraction('of', { fallback: 0.2, closed: false })
    if (of >= share) options.fail('of must be smaller than share')
    if (share > 0.99 || of < 0.01) options.fail('share must be at most 0.99 and of at least 0.01')
    const table = quantiles({ max, share, of })
    const multiplier = coprime(max)
    const stream = context.stream()
    const { state } = stream
    const u = lowSql(stream)
    const list = `('{${table.join(',')}}'::int[])`
    const [below, above] = [`${list}[1 + (${u} >> ${KNOT_BITS})]`, `${list}[2 + (${u} >> ${KNOT_BITS})]`]
    const rank = `(${below} + (((${above} - ${below}) * (${u} & ${STEP - 1})) >> ${KNOT_BITS}))`
    return {
      kind: 'int',
      min: 1,
      max,
      at(low) {
        const word = hashIndex(state, low)
        const knot = word >>> KNOT_BITS
        const from = table[knot]!
        const ranked = from + Math.floor(((table[knot + 1]! - from) * (word & (STEP - 1))) / STEP)
        // Below 2^53, and `max` small enough for the quotient's rounding not to matter: no need for %.
        const product = ranked * multiplier
        return 1 + product - Math.floor(product / max) * max
      },
      sql: `(1 + ${rank} * ${multiplier}::bigint % ${max})`,
    }
  },
}

/**
 * The rank below which each 1024th part of the rows falls: max * ((a + u * (b - a))^e - a^e), where u = share gives `of`
 * of the ranks and u = 1 all of them. The exponent is a power of two, so that multiplication and square root are enough:
 * IEEE 754 fixes their last bit, which it does not for pow(), and the table is the same on every machine.
 */
function quantiles({ max, share, of }: { max: number; share: number; of: number }): Int32Array {
  let doublings = 0
  while (power(share, doublings) > of) doublings++
  doublings += 2
  const ranksAt = (a: number, u: number) => {
    const flat = power(a, doublings)
    return power(a + u * (root(1 + flat, doublings) - a), doublings) - flat
  }
  let [low, high] = [0, 1]
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2
    if (ranksAt(middle, share) < of) low = middle
    else high = middle
  }
  const table = Int32Array.from({ length: KNOTS + 1 }, (_, k) => Math.floor(ranksAt(low, k / KNOTS) * max))
  table[KNOTS] = max
  return table
}

/** x^(2^doublings) */
function power(x: number, doublings: number): number {
  let result = x
  for (let k = 0; k < doublings; k++) result *= result
  return result
}

function root(x: number, halvings: number): number {
  let result = x
  for (let k = 0; k < halvings; k++) result = Math.sqrt(result)
  return result
}

/** A multiplier that visits every rank once; rank * multiplier stays below 2^53. */
function coprime(max: number): number {
  let multiplier = 2_654_435
  while (gcd(multiplier, max) !== 1) multiplier++
  return multiplier
}

function gcd(x: number, y: number): number {
  return y === 0 ? x : gcd(y, x % y)
}
