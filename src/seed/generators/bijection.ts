import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { lowSql, type Stream, scaleSql, scaleTo } from '../stream.ts'
import type { Context } from './generator.ts'
import type { Numbering } from './numbering.ts'

/** 2^42: products below stay exact in doubles. */
export const MAX_BIJECTION = 4_398_046_511_104

/**
 * Shuffles the numbers 0 to n - 1 without a table: a multiplication modulo n that spreads neighbours, then two rounds of a Feistel
 * network over the digits of a number in base sqrt(n). A remainder below sqrt(n) that is no full row of digits skips the rounds.
 * `stream` is of the fixed kind: the shuffle is the same in each block.
 */
export function shuffle(
  numbers: Numbering,
  { n, streams, once }: { n: number; streams: readonly [Stream, Stream] } & Pick<Context, 'once'>,
): Numbering {
  if (n === 1) return { at: () => 0, sql: '0::bigint' }
  const width = Math.floor(Math.sqrt(n))
  const height = Math.floor(n / width)
  const spread = multiplyBy(spreader(n), n)
  const first = round(streams[0], { width, height })
  const second = round(streams[1], { width: height, height: width })
  return {
    at: inline`(low) => ${second.at}(${first.at}(${spread.at}(${numbers.at}(low))))`,
    sql: once(second.sql(once(first.sql(once(spread.sql(numbers.sql)))))),
  }
}

interface Step {
  at(x: number): number
  sql(x: string): string
}

/** (digits q, r) become ((r + hash(q)) mod width, q). */
function round(stream: Stream, { width, height }: { width: number; height: number }): Step {
  const covered = width * height
  const { state } = stream
  const scaled = scaleTo(width)
  return {
    at: inline`(x) => {
      if (x >= ${covered}) return x
      const q = Math.floor(x / ${width})
      const moved = x - q * ${width} + ${scaled}(${hashIndex}(${state}, q) >>> 0)
      return (moved >= ${width} ? moved - ${width} : moved) * ${height} + q
    }`,
    sql(x) {
      const q = `(${x} / ${width})`
      const moved = `(${x} % ${width} + ${scaleSql(lowSql({ sql: stream.of(q) }), width)})`
      return `case when ${x} < ${covered} then ${moved} % ${width} * ${height} + ${q} else ${x} end`
    },
  }
}

/** (x * multiplier + start) modulo n. */
function multiplyBy(multiplier: number, n: number, start = 0): Step {
  return {
    // Products are below 2^52, so that the quotient's rounding cannot reach the next integer.
    at: inline`(x) => {
      const product = x * ${multiplier} + ${start}
      return product - Math.floor(product / ${n}) * ${n}
    }`,
    sql: (x) => `((${x} * ${multiplier}::bigint + ${start}) % ${n})`,
  }
}

/** Ranks 0 to n - 1 spread over as many keys, so that the first ranks are not the first keys; n below 2^32. */
export function scatter(rank: Numbering, n: number): Numbering {
  const step = multiplyBy(spreader(n), n, Math.floor(n * 0.381_966))
  return { at: inline`(low) => ${step.at}(${rank.at}(low))`, sql: step.sql(rank.sql) }
}

/** Coprime to n, near the golden section of n where the product allows it. */
function spreader(n: number): number {
  let multiplier = Math.max(1, Math.min(Math.floor(n * 0.618_033_988), Math.floor(2 ** 52 / n) - 64))
  while (gcd(multiplier, n) !== 1) multiplier++
  return multiplier
}

function gcd(x: number, y: number): number {
  return y === 0 ? x : gcd(y, x % y)
}
