/** What several runs of the same thing took. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** In the order they were made. */
  readonly runs: readonly number[]
}

export function spreadOf(runs: readonly number[]): Spread {
  const sorted = [...runs].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const median = (sorted[Math.ceil(middle - 1)]! + sorted[Math.floor(middle)]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)!, runs }
}
