import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRows, type GeneratorSpec } from '../../../src/seed/index.ts'
import { countsOf, excess, N, single, valuesOf } from './statistics.ts'

const ID: GeneratorSpec = { kind: 'sequence' }
const table = (rows: number) => ({ table: 'public.parents', rows, column: 'id', generator: ID })

describe('bijections', () => {
  test('hit each number once, whatever their size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (rows) => {
        const values = single('bigint', { kind: 'permuted' }, rows).map(Number)
        expect([...values].sort((x, y) => x - y)).toEqual(Array.from({ length: rows }, (_, k) => k + 1))
      }),
      { numRuns: 30 },
    )
  })

  test('scatter: neighbours are far apart, and every part of the table has keys of every part', () => {
    const values = single('bigint', { kind: 'permuted' }).map(Number)
    const rising = values.filter((value, k) => k > 0 && value > values[k - 1]!).length
    expect(Math.abs(rising / N - 0.5)).toBeLessThan(0.15)
    for (let part = 0; part < 10; part++) {
      const slice = values.slice((part * N) / 10, ((part + 1) * N) / 10)
      const counts = countsOf(slice.map((value) => Math.floor(((value - 1) * 10) / N)))
      const deciles = Array.from({ length: 10 }, (_, decile) => counts.get(decile) ?? 0)
      expect(
        excess(
          deciles,
          deciles.map(() => N / 100),
        ),
      ).toBeLessThan(4)
    }
  })

  test.each([
    ['text', { kind: 'email' }],
    ['text', { kind: 'phoneNumber', template: '0#####' }],
    ['text', { kind: 'fullName', isUnique: true }],
    ['bigint', { kind: 'int', min: -50_000, max: 100_000, isUnique: true }],
    ['uuid', { kind: 'uuid', version: 7, from: '2025-01-01', days: 1 }],
  ])('%s of %o: none twice', (type, generator) => {
    expect(new Set(single(type, generator, 20_000)).size).toBe(20_000)
  })

  test.each([
    ['text', { kind: 'firstName', isUnique: true }, /160 different values for 100000 rows/],
    ['text', { kind: 'phoneNumber', template: '0##' }, /100 different values/],
    ['bigint', { kind: 'int', max: 9, isUnique: true }, /10 different values/],
  ])('%s of %o: refused where there are not enough', (type, generator, message) => {
    expect(() => single(type, generator)).toThrow(message)
  })

  test('emails look like emails', () => {
    for (const value of single('text', { kind: 'email' }, 100))
      expect(value).toMatch(/^[a-z]+\.[a-z]+\d{1,4}@[a-z.]*example\.(com|net|org)$/)
  })
})

test('UUIDs of version 7 rise with the rows, and say when', () => {
  const values = single('uuid', { kind: 'uuid', version: 7, from: '2025-01-01', to: '2026-01-01' })
  expect(values.slice(1).every((value, k) => value > values[k]!)).toBe(true)
  for (const value of values.slice(0, 100))
    expect(value).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-/)
  const time = (value: string) => Number.parseInt(value.replace('-', '').slice(0, 12), 16)
  expect(new Date(time(values[0]!)).toISOString()).toBe('2025-01-01T00:00:00.000Z')
  expect(new Date(time(values[N / 2]!)).toISOString()).toMatch(/^2025-07-02T/)
})

test('cycles with steps of time make every combination once', () => {
  const rows = valuesOf({
    meter: ['integer', { kind: 'cycle', length: 100 }],
    at: ['timestamptz', { kind: 'timestampSteps', from: '2025-01-01', everySeconds: 300, rowsPerStep: 100 }],
  })
  expect(new Set(rows.map(String)).size).toBe(N)
  expect(rows[0]).toEqual(['1', '2025-01-01 00:00:00+00'])
  expect(rows[N - 1]).toEqual(['100', '2025-01-04 11:15:00+00'])
})

describe('references', () => {
  test('point at each parent equally often', () => {
    const counts = countsOf(single('bigint', { kind: 'reference', ...table(500) }))
    expect(counts.size).toBe(500)
    expect(excess([...counts.values()], Array(500).fill(N / 500))).toBeLessThan(4)
  })

  test('by Pareto give a fifth of the parents four fifths of the rows', () => {
    const counts = countsOf(single('bigint', { kind: 'reference', ...table(10_000), skew: 'pareto' }))
    const sorted = [...counts.values()].sort((x, y) => y - x)
    const share = sorted.slice(0, 2000).reduce((sum, count) => sum + count, 0) / N
    expect(Math.abs(share - 0.8)).toBeLessThan(0.02)
  })

  test('hold the keys of the parents, whatever makes them', () => {
    const options = { seed: 42, block: 0 }
    for (const [type, generator] of [
      ['uuid', { kind: 'uuid' }],
      ['text', { kind: 'email' }],
      ['bigint', { kind: 'permuted' }],
    ] as const) {
      const columns = [{ name: 'id', type, generator }]
      const parents = compileRows(
        { table: { schema: 'public', name: 'parents' }, rows: 300, columns },
        options,
      )
      const keys = new Set(Array.from({ length: 300 }, (_, k) => parents.text(k + 1)[0]))
      const spec = { ...table(300), generator }
      const found = [
        single(type, { kind: 'reference', ...spec, skew: 'zipf' }, 3000),
        single(type, { kind: 'children', ...spec, max: 30 }, 3000),
      ]
      for (const key of found.flat()) expect(keys.has(key)).toBe(true)
    }
  })
})

describe('children', () => {
  const degreesOf = (keys: readonly (string | null)[]) => countsOf([...countsOf(keys).values()])

  test('of each parent are as many as declared, to the last one', () => {
    const keys = single(
      'bigint',
      { kind: 'children', ...table(50_000), degrees: { 1: 50, 2: 20, 4: 25, 10: 5 }, scattered: true },
      120_000,
    )
    expect(degreesOf(keys)).toEqual(
      new Map([
        [1, 25_000],
        [2, 10_000],
        [4, 12_500],
        [10, 2500],
      ]),
    )
  })

  test('by Zipf’s law, with the exponent that fits the number of rows', () => {
    const degrees = degreesOf(single('bigint', { kind: 'children', ...table(50_000), max: 5 }))
    expect([...degrees.values()].reduce((sum, count) => sum + count)).toBe(50_000)
    // Twice as many children as parents: the law with 1.25.
    const weights = [1, 2, 3, 4, 5].map((degree) => degree ** -1.2536)
    const total = weights.reduce((sum, weight) => sum + weight)
    for (const [k, weight] of weights.entries())
      expect(Math.abs(degrees.get(k + 1)! / ((weight / total) * 50_000) - 1)).toBeLessThan(0.01)
  })

  test('add up to the number of rows for any numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        (parents, max, n) => {
          const rows = parents + (n % (parents * (max - 1) + 1))
          const children = single('bigint', { kind: 'children', ...table(parents), max }, rows)
          const counts = countsOf(children)
          expect(counts.size).toBe(parents)
          expect(Math.max(...counts.values())).toBeLessThanOrEqual(max)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('are numbered within their parent, and siblings stand together', () => {
    const options = { ...table(1000), min: 0, max: 20 }
    const rows = valuesOf(
      {
        parent: ['bigint', { kind: 'children', ...options }],
        no: ['integer', { kind: 'childNumber', table: options.table, rows: 1000, min: 0, max: 20 }],
      },
      3000,
    )
    for (const [k, [parent, no]] of rows.entries()) {
      const before = rows[k - 1]
      expect(no).toBe(before?.[0] === parent ? String(Number(before![1]) + 1) : '1')
    }
  })

  test('of busy parents do not belong to the first ones', () => {
    const counts = countsOf(single('bigint', { kind: 'children', ...table(1000), max: 1000 }, 20_000))
    const busiest = [...counts].sort(([, x], [, y]) => y - x).slice(0, 20)
    expect(busiest.some(([key]) => Number(key) > 500)).toBe(true)
    expect(busiest.some(([key]) => Number(key) <= 500)).toBe(true)
  })

  test.each([
    [{ max: 2 }, 2001, /1000 parents have 1000 to 2000 children, and the table has 2001 rows/],
    [{ max: 5, exponent: 1 }, 3000, /have 2190 children, and the table has 3000 rows/],
    [{ degrees: {} }, 3000, /degrees must give a weight/],
    [{ min: 3, max: 2 }, 3000, /max must be/],
  ])('%o of 1000 parents cannot be %i', (options, rows, message) => {
    expect(() => single('bigint', { kind: 'children', ...table(1000), ...options }, rows)).toThrow(message)
  })
})

test('columns of one key choose the same row of their lists', () => {
  const rows = valuesOf({
    plan: ['text', { kind: 'choice', key: 'plan', values: ['free', 'pro'], weights: [9, 1] }],
    price: ['integer', { kind: 'choice', key: 'plan', values: [0, 49], weights: [9, 1] }],
    currency: ['text', { kind: 'city', field: 'currency' }],
    country: ['text', { kind: 'city', field: 'countryCode' }],
  })
  for (const [plan, price] of rows) expect(price).toBe(plan === 'free' ? '0' : '49')
  const pairs = countsOf(rows.map(([, , currency, country]) => `${currency} ${country}`))
  expect(pairs.get('INR IN')).toBeGreaterThan(0)
  expect(pairs.get('EUR IN')).toBeUndefined()
  expect(pairs.get('EUR DE')).toBeGreaterThan(0)
})
