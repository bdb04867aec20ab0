/** Values that are each as frequent as the others: `values` of them, each in a `share` of the rows; Infinity: none comes back. */
export interface FrequencyClass {
  readonly values: number
  readonly share: number
}

/** A value that is seen as often in a sample has its frequency from there; of rarer ones only their number can be guessed. */
const FREQUENT = 5

/**
 * How often values occur in a table, from those of a sample: frequent ones one by one, the rare ones as so many that are alike.
 * Their number is Chao's estimate (1984) from how many were seen once and twice, and at most `bound`.
 */
export function frequencies(
  seen: ReadonlyMap<string, number>,
  { rows, complete, bound = Number.POSITIVE_INFINITY }: { rows: number; complete: boolean; bound?: number },
): readonly FrequencyClass[] {
  const byCount = new Map<number, number>()
  for (const count of seen.values()) byCount.set(count, (byCount.get(count) ?? 0) + 1)
  const exact = [...byCount].filter(([count]) => complete || count >= FREQUENT)
  const classes = exact.map(([count, values]) => ({ values, share: count / rows }))
  if (complete) return classes
  const rare = [...byCount].filter(([count]) => count < FREQUENT)
  const found = rare.reduce((sum, [, values]) => sum + values, 0)
  if (found === 0) return classes
  const taken = exact.reduce((sum, [, values]) => sum + values, 0)
  const share = rare.reduce((sum, [count, values]) => sum + count * values, 0) / rows
  const values = Math.max(found, Math.min(chao(found, byCount), bound - taken))
  return [...classes, { values, share: values === Number.POSITIVE_INFINITY ? share : share / values }]
}

function chao(found: number, byCount: ReadonlyMap<number, number>): number {
  const [once = 0, twice = 0] = [byCount.get(1), byCount.get(2)]
  return twice === 0 ? (once > 1 ? Number.POSITIVE_INFINITY : found) : found + once ** 2 / (2 * twice)
}

/** Different values among `rows` rows. */
export function expectedDistinct(classes: readonly FrequencyClass[], rows: number): number {
  return expectedSum(classes, rows, () => 1)
}

/** The sum of of(k) over all values that occur, k being how many of `rows` rows have the value. */
export function expectedSum(
  classes: readonly FrequencyClass[],
  rows: number,
  of: (count: number) => number,
): number {
  return classes.reduce((sum, { values, share }) => {
    // No value comes back: each row has one of its own.
    if (values === Number.POSITIVE_INFINITY) return sum + rows * share * of(1)
    return sum + values * mean(rows * share, of)
  }, 0)
}

/** The mean of of(k) over a Poisson distribution, where of(0) is 0. */
function mean(expected: number, of: (count: number) => number): number {
  if (expected > 60) return of(expected)
  let sum = 0
  let probability = Math.exp(-expected)
  for (let k = 1; k < expected + 12 * Math.sqrt(expected) + 12; k++) {
    probability *= expected / k
    sum += probability * of(k)
  }
  return sum
}
