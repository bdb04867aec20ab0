import { describe, expect, test } from 'vitest'
import { countsOf, excess, N, single, valuesOf } from './statistics.ts'

test('whole numbers are even, ends included', () => {
  const counts = countsOf(single('integer', { kind: 'int', min: -10, max: 9 }))
  const observed = Array.from({ length: 20 }, (_, k) => counts.get(String(k - 10)) ?? 0)
  expect(observed.reduce((x, y) => x + y)).toBe(N)
  expect(
    excess(
      observed,
      observed.map(() => N / 20),
    ),
  ).toBeLessThan(4)
})

test('a choice follows its weights', () => {
  const weights = { a: 60, b: 25, c: 10, d: 4, e: 1 }
  const counts = countsOf(
    single('text', { kind: 'choice', values: Object.keys(weights), weights: Object.values(weights) }),
  )
  const observed = Object.keys(weights).map((key) => counts.get(key) ?? 0)
  expect(
    excess(
      observed,
      Object.values(weights).map((weight) => weight * (N / 100)),
    ),
  ).toBeLessThan(4)
})

test('hexadecimal digits are even at every place', () => {
  const values = single('text', { kind: 'hex', length: 20 })
  for (let place = 0; place < 20; place++) {
    const counts = countsOf(values.map((value) => value[place]!))
    const observed = [...'0123456789abcdef'].map((digit) => counts.get(digit) ?? 0)
    expect(
      excess(
        observed,
        observed.map(() => N / 16),
      ),
    ).toBeLessThan(4)
  }
})

test('UUIDs are of version 4', () => {
  const values = single('uuid', { kind: 'uuid' })
  expect(new Set(values).size).toBe(N)
  for (const value of values.slice(0, 1000))
    expect(value).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

describe('times', () => {
  const micros = (text: string) => {
    const [, whole, fraction = ''] = /^([^.]+)(?:\.(\d+))?$/.exec(text)!
    return Date.parse(`${whole!.replace(' ', 'T')}Z`) * 1000 + Number(fraction.padEnd(6, '0'))
  }
  const span = { from: '2025-01-01', to: '2025-03-01' }
  const [from, to] = [span.from, span.to].map((day) => Date.parse(day) * 1000) as [number, number]

  test('are even over the span and stay in it', () => {
    const times = single('timestamp', { kind: 'timestamp', ...span }).map(micros)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(from)
    expect(Math.max(...times)).toBeLessThan(to)
    const days = countsOf(times.map((time) => Math.floor((time - from) / 86_400e6)))
    expect(
      excess(
        Array.from({ length: 59 }, (_, k) => days.get(k) ?? 0),
        Array(59).fill(N / 59),
      ),
    ).toBeLessThan(4)
    const parts = countsOf(times.map((time) => Math.floor((time % 1e6) / 1e5)))
    expect(
      excess(
        Array.from({ length: 10 }, (_, k) => parts.get(k) ?? 0),
        Array(10).fill(N / 10),
      ),
    ).toBeLessThan(4)
  })

  test('of a series rise with the row and cover the span', () => {
    const times = single('timestamp', { kind: 'timestampSeries', ...span }).map(micros)
    expect(times.every((time, k) => k === 0 || time >= times[k - 1]!)).toBe(true)
    const step = (to - from) / N
    expect(times[0]! - from).toBeLessThan(step)
    expect(times[0]!).toBeGreaterThanOrEqual(from)
    expect(times.at(-1)!).toBeLessThan(to)
    expect(to - times.at(-1)!).toBeLessThan(2 * step)
  })

  test('of business hours follow the weights of weekday and hour, also over a span that is no whole week', () => {
    const weekdays = [5, 5, 5, 5, 4, 1, 0]
    const hours = Array.from({ length: 24 }, (_, hour) => (hour < 6 ? 0 : hour < 18 ? 6 : 1))
    const range = { from: '2025-01-01T07:00', to: '2025-01-14T19:00' }
    const times = single('timestamp', { kind: 'businessHours', ...range, weekdays, hours }).map(micros)
    const begin = Date.parse(`${range.from}Z`)
    const counts = countsOf(times.map((time) => Math.floor((time / 1000 - begin) / 3_600_000)))
    const expected = Array.from({ length: 13 * 24 + 12 }, (_, k) => {
      const hour = new Date(begin + k * 3_600_000)
      return weekdays[(hour.getUTCDay() + 6) % 7]! * hours[hour.getUTCHours()]!
    })
    const total = expected.reduce((x, y) => x + y)
    const open = expected
      .map((weight, k) => ({ weight, count: counts.get(k) ?? 0 }))
      .filter(({ weight }) => weight > 0)
    expect(open.reduce((sum, { count }) => sum + count, 0)).toBe(N)
    expect(
      excess(
        open.map(({ count }) => count),
        open.map(({ weight }) => (weight * N) / total),
      ),
    ).toBeLessThan(4)
  })
})

describe('pareto', () => {
  const sharesOf = (max: number, options: object) => {
    const counts = countsOf(single('bigint', { kind: 'pareto', max, ...options }))
    const sorted = [...counts.values()].sort((x, y) => y - x)
    const top = (part: number) => sorted.slice(0, Math.round(max * part)).reduce((x, y) => x + y, 0) / N
    return { keys: [...counts.keys()].map(Number), top, sorted }
  }

  test('gives 80 % of the rows to 20 % of the keys', () => {
    const { keys, top, sorted } = sharesOf(1000, {})
    expect(Math.abs(top(0.2) - 0.8)).toBeLessThan(0.01)
    // Every key occurs, and none of them dominates.
    expect(new Set(keys)).toEqual(new Set(Array.from({ length: 1000 }, (_, k) => k + 1)))
    expect(sorted[0]! / N).toBeLessThan(0.06)
  })

  test('takes other shares', () => {
    expect(Math.abs(sharesOf(1000, { share: 0.9, of: 0.1 }).top(0.1) - 0.9)).toBeLessThan(0.01)
    expect(Math.abs(sharesOf(100, { share: 0.6, of: 0.5 }).top(0.5) - 0.6)).toBeLessThan(0.01)
  })

  test('scatters the busy keys', () => {
    const values = single('bigint', { kind: 'pareto', max: 1000 }).map(Number)
    const firstHalf = values.filter((key) => key <= 500).length / N
    expect(Math.abs(firstHalf - 0.5)).toBeLessThan(0.05)
  })
})

test('nulls and booleans keep their fractions', () => {
  const rows = valuesOf({
    n: ['integer', { kind: 'nullable', of: { kind: 'int', max: 9 }, fraction: 0.2 }],
    b: ['boolean', { kind: 'boolean', probability: 0.03 }],
  })
  const nulls = rows.filter(([n]) => n === null).length
  const yes = rows.filter(([, b]) => b === 't').length
  expect(excess([nulls, N - nulls], [0.2 * N, 0.8 * N])).toBeLessThan(4)
  expect(excess([yes, N - yes], [0.03 * N, 0.97 * N])).toBeLessThan(4)
})

test('columns of one city agree, of another key do not', () => {
  const rows = valuesOf({
    name: ['text', { kind: 'city' }],
    country: ['text', { kind: 'city', field: 'country' }],
    latitude: ['double precision', { kind: 'city', field: 'latitude' }],
    other: ['text', { kind: 'city', key: 'birthplace' }],
  })
  const paris = rows.filter(([name]) => name === 'Paris')
  expect(paris.length).toBeGreaterThan(0)
  for (const [, country, latitude] of paris) {
    expect(country).toBe('France')
    expect(Math.abs(Number(latitude) - 48.8566)).toBeLessThan(0.11)
  }
  expect(new Set(paris.map(([, , , other]) => other)).size).toBeGreaterThan(10)
})

test('two columns of one table are independent', () => {
  const rows = valuesOf({ x: ['integer', { kind: 'int', max: 3 }], y: ['integer', { kind: 'int', max: 3 }] })
  const pairs = countsOf(rows.map(([x, y]) => Number(x) * 4 + Number(y)))
  expect(
    excess(
      Array.from({ length: 16 }, (_, k) => pairs.get(k) ?? 0),
      Array(16).fill(N / 16),
    ),
  ).toBeLessThan(4)
})
