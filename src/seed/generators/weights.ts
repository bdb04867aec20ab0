import { inline } from '../inline.ts'

/** Picks an index by weight from 32 random bits: the number of thresholds that are not above them. */
export interface WeightTable {
  /** Index of the range that `u`, 0 to 2^32 - 1, falls into. */
  at(u: number): number
  /** int expression for the same; `u` is an int8 expression. */
  sql(u: string): string
}

/** `weights` are whole numbers above 0. Each probability is kept to 1 in 2^32. */
export function weightTable(weights: readonly number[]): WeightTable {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  const thresholds = weights.slice(0, -1).map((weight) => {
    sum += weight
    return Number((BigInt(sum) << 32n) / BigInt(total))
  })
  return thresholdTable(thresholds, 4294967296)
}

/** The same for thresholds in any unit below `limit`; ascending. */
export function thresholdTable(thresholds: readonly number[], limit: number): WeightTable {
  const sorted = Float64Array.from(thresholds)
  const guide = guideOf(sorted, limit)
  const begin: (u: number) => number =
    limit === 4294967296
      ? inline`(u) => ${guide}[u >>> 24]`
      : inline`(u) => ${guide}[Math.floor(u * ${guide.length / limit})]`
  return {
    at: inline`(u) => {
      let index = ${begin}(u)
      while (index < ${sorted.length} && ${sorted}[index] <= u) index++
      return index
    }`,
    sql: (u) => (sorted.length === 0 ? '0' : `width_bucket(${u}, '{${thresholds.join(',')}}'::bigint[])`),
  }
}

/** Where the search begins: how many thresholds lie at or below the beginning of each 256th part. */
function guideOf(sorted: Float64Array, limit: number): Uint16Array {
  const guide = new Uint16Array(256)
  for (let step = 0, index = 0; step < guide.length; step++) {
    while (index < sorted.length && sorted[index]! <= Math.floor((step * limit) / 256)) index++
    guide[step] = index
  }
  return guide
}
