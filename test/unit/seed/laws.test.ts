import { describe, expect, test } from 'vitest'
import { exp, ln, pow } from '../../../src/seed/generators/exact-math.ts'
import { bellBelow, countsOf, distance, excess, N, single } from './statistics.ts'

// Seeds are fixed, so these cannot fail by chance; limits are those of 1 in 10,000.
const KOLMOGOROV = 2.23

test('the exact functions are the functions', () => {
  for (const x of [1e-9, 0.1, 0.5, 0.999, 1, 1.5, 2, 3.7, 1000, 4e9, 1e15]) {
    expect(ln(x) / Math.log(x || 1) || 1).toBeCloseTo(1, 12)
    expect(exp(ln(x)) / x).toBeCloseTo(1, 12)
    expect(pow(x, -1.07) / x ** -1.07).toBeCloseTo(1, 11)
  }
  expect([exp(0), ln(1), exp(-800)]).toEqual([1, 0, 0])
})

describe('normal', () => {
  test('decimals lie on the bell, also in its tails', () => {
    const values = single('numeric', { kind: 'normal', mean: 50, stddev: 10, scale: 4 }).map(Number)
    expect(distance(values, (x) => bellBelow((x - 50) / 10))).toBeLessThan(KOLMOGOROV)
    const beyond = values.filter((x) => Math.abs(x - 50) > 30).length
    expect(excess([beyond, N - beyond], [N * 0.0026998, N * 0.9973002])).toBeLessThan(4)
  })

  test('whole numbers are rounded ones', () => {
    const counts = countsOf(single('integer', { kind: 'normal', mean: 0.3, stddev: 1.5 }))
    const values = [-4, -3, -2, -1, 0, 1, 2, 3, 4]
    const part = (x: number) => bellBelow((x + 0.5 - 0.3) / 1.5) - bellBelow((x - 0.5 - 0.3) / 1.5)
    expect(
      excess(
        values.map((x) => counts.get(String(x)) ?? 0),
        values.map((x) => N * part(x)),
      ),
    ).toBeLessThan(4)
  })

  test('min and max leave the rest of the bell as it is', () => {
    const values = single('numeric', { kind: 'normal', mean: 0, stddev: 1, scale: 6, min: -0.5, max: 2 })
    const [low, high] = [bellBelow(-0.5), bellBelow(2)]
    expect(distance(values.map(Number), (x) => (bellBelow(x) - low) / (high - low))).toBeLessThan(KOLMOGOROV)
  })
})

test('the logarithm of a lognormal is normal', () => {
  const values = single('numeric', { kind: 'lognormal', median: 200, sigma: 0.9, scale: 6 }).map(Number)
  expect(distance(values.map(Math.log), (x) => bellBelow((x - Math.log(200)) / 0.9))).toBeLessThan(KOLMOGOROV)
})

test('exponential waiting times', () => {
  const values = single('numeric', { kind: 'exponential', mean: 12.5, scale: 6 }).map(Number)
  expect(distance(values, (x) => 1 - Math.exp(-x / 12.5))).toBeLessThan(KOLMOGOROV)
  const steps = countsOf(single('integer', { kind: 'exponential', mean: 2 }))
  const part = (x: number) => Math.exp(-x / 2) - Math.exp(-(x + 1) / 2)
  const observed = Array.from({ length: 10 }, (_, x) => steps.get(String(x)) ?? 0)
  expect(
    excess(
      observed,
      observed.map((_, x) => N * part(x)),
    ),
  ).toBeLessThan(4)
})

test('recent times: half as many with each half-life back', () => {
  const values = single('timestamp', {
    kind: 'timestampRecent',
    from: '2025-01-01',
    days: 100,
    halfLifeDays: 10,
  })
  const ages = values.map(
    (value) => (Date.parse('2025-04-11T00:00:00Z') - Date.parse(`${value}Z`)) / 86_400_000,
  )
  expect(distance(ages, (age) => (1 - 2 ** (-age / 10)) / (1 - 2 ** -10))).toBeLessThan(KOLMOGOROV)
  expect(Math.min(...ages)).toBeGreaterThan(0)
})

describe("Zipf's law", () => {
  test.each([
    [10, 1],
    [200, 0.7],
    [256, 2],
  ])('over %i keys with exponent %d', (max, exponent) => {
    const counts = countsOf(single('integer', { kind: 'zipf', max, exponent, ranked: true }))
    const weights = Array.from({ length: max }, (_, k) => (k + 1) ** -exponent)
    const total = weights.reduce((sum, weight) => sum + weight)
    // Keys that are expected less than ten times are one cell.
    const cells = weights.map((weight) => (weight / total) * N)
    const rare = cells.findIndex((cell) => cell < 10)
    const cut = rare === -1 ? max : rare
    const observed = cells.map((_, k) => counts.get(String(k + 1)) ?? 0)
    const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)
    const grouped = (list: readonly number[]) =>
      cut === max ? [...list] : [...list.slice(0, cut), sum(list.slice(cut))]
    expect(excess(grouped(observed), grouped(cells))).toBeLessThan(4)
  })

  test('over a hundred million keys: ranks behind the first 256 share buckets and keep the law', () => {
    const max = 100_000_000
    const values = single('integer', { kind: 'zipf', max, exponent: 1.1, ranked: true }).map(Number)
    // The sum of k^-1.1 up to n, by Euler and Maclaurin.
    const upTo = (n: number) => {
      let sum = 0
      for (let k = 1; k <= Math.min(n, 1000); k++) sum += k ** -1.1
      const tail = (x: number) => (x + 0.5) ** -0.1 / -0.1
      return n <= 1000 ? sum : sum + tail(n) - tail(1000)
    }
    const edges = [1, 2, 4, 10, 30, 100, 300, 1000, 1e4, 1e5, 1e6, 1e7, max]
    const counts = edges.map((edge, k) => values.filter((v) => v <= edge && v > (edges[k - 1] ?? 0)).length)
    const expected = edges.map(
      (edge, k) => ((upTo(edge) - (k === 0 ? 0 : upTo(edges[k - 1]!))) / upTo(max)) * N,
    )
    expect(excess(counts, expected)).toBeLessThan(4)
  })

  test('scattered keys have the same frequencies, and the first is not the most frequent', () => {
    const frequencies = (ranked: boolean) => countsOf(single('integer', { kind: 'zipf', max: 50, ranked }))
    const sorted = (counts: Map<string, number>) => [...counts.values()].sort((x, y) => y - x)
    expect(sorted(frequencies(false))).toEqual(sorted(frequencies(true)))
    expect(frequencies(false).get('1')).toBeLessThan(frequencies(true).get('1')!)
  })
})
