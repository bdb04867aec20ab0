import { compileRows, type GeneratorSpec } from '../../../src/seed/index.ts'

// The seed is fixed, so these cannot fail by chance; the limits are those of a test at 1 in 10,000.

export const N = 100_000

export function valuesOf(
  columns: Readonly<Record<string, readonly [type: string, GeneratorSpec]>>,
  rows = N,
): (string | null)[][] {
  const twin = compileRows(
    {
      table: { schema: 'public', name: 't' },
      rows,
      columns: Object.entries(columns).map(([name, [type, generator]]) => ({ name, type, generator })),
    },
    { seed: 42, block: 0 },
  )
  return Array.from({ length: rows }, (_, k) => twin.text(k + 1))
}

export function countsOf<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** Sum of (observed - expected)^2 / expected, as a multiple of what is normal: 0 on average, 1 in 10,000 above 4. */
export function excess(observed: readonly number[], expected: readonly number[]): number {
  const freedom = observed.length - 1
  const chi2 = observed.reduce((sum, count, k) => sum + (count - expected[k]!) ** 2 / expected[k]!, 0)
  // Wilson and Hilferty: the cube root of chi-squared is close to normal.
  const variance = 2 / (9 * freedom)
  return ((chi2 / freedom) ** (1 / 3) - (1 - variance)) / Math.sqrt(variance)
}

export const single = (type: string, generator: GeneratorSpec, rows = N) =>
  valuesOf({ c: [type, generator] }, rows).map(([value]) => value as string)

/**
 * Kolmogorov and Smirnov: the largest distance between the values and their distribution, as a multiple of 1 / sqrt(n); 1 in 10,000 above 2.23.
 * `below(x)` is the part that is below x.
 */
export function distance(values: readonly number[], below: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort()
  let largest = 0
  for (const [k, value] of sorted.entries()) {
    const expected = below(value)
    largest = Math.max(
      largest,
      Math.abs(expected - k / sorted.length),
      Math.abs(expected - (k + 1) / sorted.length),
    )
  }
  return largest * Math.sqrt(sorted.length)
}

/** The normal distribution's part below x, to 10^-7 (Abramowitz and Stegun 26.2.17). */
export function bellBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return x > 0 ? 1 - tail : tail
}
