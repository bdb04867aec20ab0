import { exp, ln, pow } from './exact-math.ts'

/** How many parents have how many children; exact, so that all children are `total`. */
export interface Degrees {
  readonly degree: readonly number[]
  readonly parents: readonly number[]
}

export interface Wanted {
  readonly parents: number
  readonly children: number
  readonly degree: readonly number[]
  /** The parts of the parents that have each degree, in any unit. */
  readonly weights: readonly number[]
  /** Whether the weights were made for this number of children: then rounding is all that may be wrong. */
  readonly isFitted: boolean
}

/** The largest deviation of the children's number from what the weights make of it. */
const TOLERANCE = 0.05

/** A string says what is wrong. */
export function fitDegrees({ parents, children, degree, weights, isFitted }: Wanted): Degrees | string {
  const [least, most] = [degree[0]!, degree.at(-1)!]
  if (children < least * parents || children > most * parents)
    return `${parents} parents have ${least * parents} to ${most * parents} children, and the table has ${children} rows`
  const counts = apportion(parents, weights)
  const natural = total(degree, counts)
  if (!isFitted && Math.abs(children - natural) > Math.max(TOLERANCE * natural, 2 * most))
    return `${parents} parents with these degrees have ${natural} children, and the table has ${children} rows`
  const exact = new Map(degree.map((own, k) => [own, counts[k]!]))
  adjust(exact, { difference: children - natural, least, most })
  const sorted = [...exact].sort(([x], [y]) => x - y)
  return { degree: sorted.map(([own]) => own), parents: sorted.map(([, count]) => count) }
}

/** Weights of Zipf's law over the degrees: the k-th one k^-exponent times as often as the first. */
export function zipfWeights(degree: readonly number[], exponent: number): number[] {
  return degree.map((_, k) => pow(k + 1, -exponent))
}

/** The exponent by which parents have `mean` children. */
export function exponentFor(degree: readonly number[], mean: number): number {
  const logarithms = degree.map((_, k) => ln(k + 1))
  let [low, high] = [-16, 16]
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2
    const weights = logarithms.map((logarithm) => exp(-middle * logarithm))
    const sum = weights.reduce((all, weight) => all + weight, 0)
    if (total(degree, weights) / sum > mean) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function total(degree: readonly number[], counts: readonly number[]): number {
  return degree.reduce((sum, own, k) => sum + own * counts[k]!, 0)
}

/**
 * Shares of `whole` by weight, by rounding the sums so far: whole numbers that add up exactly. Of a long tail of parts below one each it takes some
 * here and there, where the largest remainder would take none.
 */
function apportion(whole: number, weights: readonly number[]): number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  let [sum, given] = [0, 0]
  return weights.map((weight) => {
    sum += weight
    const share = Math.round((whole * sum) / all) - given
    given += share
    return share
  })
}

/** Moves parents to the next degree, up or down, until the children are as many as they must be. */
function adjust(
  counts: Map<number, number>,
  { difference, least, most }: { difference: number; least: number; most: number },
): void {
  const direction = Math.sign(difference)
  for (let left = Math.abs(difference); left > 0; ) {
    const movable = [...counts].filter(
      ([degree, count]) => count > 0 && degree + direction >= least && degree + direction <= most,
    )
    const round = Math.min(
      left,
      movable.reduce((sum, [, count]) => sum + count, 0),
    )
    const shares = apportion(
      round,
      movable.map(([, count]) => count),
    )
    for (const [k, [degree]] of movable.entries()) {
      counts.set(degree, counts.get(degree)! - shares[k]!)
      counts.set(degree + direction, (counts.get(degree + direction) ?? 0) + shares[k]!)
    }
    left -= round
  }
}
