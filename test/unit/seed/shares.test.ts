import { describe, expect, test } from 'vitest'
import { CITIES } from '../../../src/seed/generators/cities.ts'
import { Options } from '../../../src/seed/generators/options.ts'
import { paretoRank } from '../../../src/seed/generators/pareto.ts'
import { FIRST_NAMES, LAST_NAMES, WORDS } from '../../../src/seed/generators/people.ts'
import type { GeneratorSpec } from '../../../src/seed/index.ts'
import { openStream } from '../../../src/seed/stream.ts'
import { countsOf, distance, excess, N, single, valuesOf } from './statistics.ts'

// Shares of what is written as text, and of keys: seeds are fixed, limits are those of 1 in 10,000.

const KOLMOGOROV = 2.23

/** How far the values are from shares in any unit; a value that none of them has is far away. */
function excessOf<T>(values: readonly T[], shares: ReadonlyMap<T, number>): number {
  const counts = countsOf(values)
  for (const value of counts.keys()) expect(shares.has(value), `${value} is declared`).toBe(true)
  const total = [...shares.values()].reduce((sum, share) => sum + share)
  const cells = [...shares]
  return excess(
    cells.map(([value]) => counts.get(value) ?? 0),
    cells.map(([, share]) => (share / total) * values.length),
  )
}

const even = <T>(values: readonly T[]) => new Map(values.map((value) => [value, 1]))
const DIGITS = [...'0123456789']
const HEX = [...'0123456789abcdef']
const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase())
/** Of a list of names the first is about ten times as frequent as the last. */
const byRank = (names: readonly string[]) =>
  new Map(names.map((name, k) => [name, Math.round(100_000 / (20 + k))]))

describe('numbers', () => {
  test('decimals are even from end to end', () => {
    const values = single('numeric', { kind: 'decimal', min: -5, max: 20, scale: 4 }).map(Number)
    expect(distance(values, (x) => (x + 5) / 25)).toBeLessThan(KOLMOGOROV)
  })

  test('whole numbers of which none comes twice are even, too', () => {
    const spec = { kind: 'int', min: -50_000, max: 949_999, isUnique: true }
    const parts = single('bigint', spec).map((value) => Math.floor((Number(value) + 50_000) / 10_000))
    expect(excessOf(parts, even(Array.from({ length: 100 }, (_, k) => k)))).toBeLessThan(4)
  })

  test('Pareto’s law holds over all ranks', () => {
    const ranks = paretoRank(
      new Options({ kind: 'pareto' }, { table: 'public.t', column: 'c', type: 'bigint' }),
      { stream: () => openStream({ seed: 42, table: 'public.t', path: ['c'] }, 0), once: (sql) => sql },
      { max: 1_000_000 },
    )
    const values = Array.from({ length: N }, (_, k) => (ranks.at(k + 1) + 0.5) / 1_000_000)
    const below = powerLaw(0.8, 0.2)
    expect(below(0.2)).toBeCloseTo(0.8, 9)
    expect(distance(values, below)).toBeLessThan(KOLMOGOROV)
  })
})

/** The share of the rows that the ranks below a part of all have, by frequencies that fall as (rank + flat)^-1.25. */
function powerLaw(share: number, of: number): (part: number) => number {
  const below = (flat: number) => (part: number) =>
    (flat ** -0.25 - (part + flat) ** -0.25) / (flat ** -0.25 - (1 + flat) ** -0.25)
  let [low, high] = [1e-9, 1e3]
  for (let round = 0; round < 200; round++) {
    const middle = Math.sqrt(low * high)
    if (below(middle)(of) > share) low = middle
    else high = middle
  }
  return below(low)
}

describe('names, emails and numbers', () => {
  test('given and family names follow their order', () => {
    expect(excessOf(single('text', { kind: 'firstName' }), byRank(FIRST_NAMES))).toBeLessThan(4)
    expect(excessOf(single('text', { kind: 'lastName' }), byRank(LAST_NAMES))).toBeLessThan(4)
  })

  test('so do both parts of a full name, each by itself', () => {
    const names = single('text', { kind: 'fullName' }).map((name) => name.split(' '))
    expect(
      excessOf(
        names.map(([given]) => given!),
        byRank(FIRST_NAMES),
      ),
    ).toBeLessThan(4)
    expect(
      excessOf(
        names.map(([, family]) => family!),
        byRank(LAST_NAMES),
      ),
    ).toBeLessThan(4)
    const frequent = names.map(([given, family]) => {
      return `${FIRST_NAMES.indexOf(given!) < 20} ${LAST_NAMES.indexOf(family!) < 20}`
    })
    const part = (list: readonly string[]) => {
      const weights = [...byRank(list).values()]
      const sum = (some: readonly number[]) => some.reduce((x, y) => x + y)
      return sum(weights.slice(0, 20)) / sum(weights)
    }
    const [given, family] = [part(FIRST_NAMES), part(LAST_NAMES)]
    const shares = new Map([
      ['true true', given * family],
      ['true false', given * (1 - family)],
      ['false true', (1 - given) * family],
      ['false false', (1 - given) * (1 - family)],
    ])
    expect(excessOf(frequent, shares)).toBeLessThan(4)
  })

  test('emails are even in each of their parts', () => {
    const parts = single('text', { kind: 'email' }).map(
      (value) => /^([a-z]+)\.([a-z]+)(\d+)@(.+)$/.exec(value)!,
    )
    expect(
      excessOf(
        parts.map(([, given]) => given!),
        even(lower(FIRST_NAMES)),
      ),
    ).toBeLessThan(4)
    expect(
      excessOf(
        parts.map(([, , family]) => family!),
        even(lower(LAST_NAMES)),
      ),
    ).toBeLessThan(4)
    const thousands = parts.map(([, , , number]) => String(Math.floor(Number(number) / 1000)))
    expect(excessOf(thousands, even(DIGITS))).toBeLessThan(4)
    const domains = ['example.com', 'example.net', 'example.org', 'mail.example.com', 'post.example.org']
    expect(
      excessOf(
        parts.map(([, , , , domain]) => domain!),
        even(domains),
      ),
    ).toBeLessThan(4)
  })

  test.each([6, 8, 10, 12])(
    'telephone numbers of %i digits are even at each place, but no more than by chance',
    (digits) => {
      const numbers = single('text', { kind: 'phoneNumber', template: '#'.repeat(digits) })
      for (let place = 0; place < digits; place++) {
        const off = excessOf(
          numbers.map((number) => number[place]!),
          even(DIGITS),
        )
        expect(Math.abs(off)).toBeLessThan(4)
      }
    },
  )
})

test('texts have as many words as they may, each word as often', () => {
  const texts = single('text', { kind: 'words', min: 2, max: 8 }).map((text) => text.split(' '))
  expect(
    excessOf(
      texts.map((words) => words.length),
      even([2, 3, 4, 5, 6, 7, 8]),
    ),
  ).toBeLessThan(4)
  for (const place of [0, 1, 4, 5, 6, 7]) {
    const words = texts.flatMap((words) => words[place] ?? [])
    expect(excessOf(words, even(WORDS))).toBeLessThan(4)
  }
})

describe('cities', () => {
  test('by their population', () => {
    const shares = new Map(CITIES.map(({ name, population }) => [name, population]))
    expect(excessOf(single('text', { kind: 'city' }), shares)).toBeLessThan(4)
    const currencies = countsOf(single('text', { kind: 'city', field: 'currency' }))
    expect(currencies.get('JPY')! / currencies.get('EUR')!).toBeCloseTo((372 + 189) / (113 + 68 + 36 + 43), 1)
  })

  test('and places evenly around their centre', () => {
    const rows = valuesOf({
      name: ['text', { kind: 'city' }],
      latitude: ['numeric', { kind: 'city', field: 'latitude' }],
      longitude: ['numeric', { kind: 'city', field: 'longitude' }],
    })
    const centres = new Map(CITIES.map((city) => [city.name, city]))
    const offsets = (field: 'latitude' | 'longitude', cell: number) =>
      rows.map((row) => Number(row[cell]) - centres.get(row[0]!)![field])
    for (const values of [offsets('latitude', 1), offsets('longitude', 2)])
      expect(distance(values, (x) => (x + 0.1) / 0.2)).toBeLessThan(KOLMOGOROV)
  })
})

describe('UUIDs and digits', () => {
  const places = (from: number) => Array.from({ length: 32 - from }, (_, k) => from + k)
  const random: readonly [string, GeneratorSpec, readonly number[]][] = [
    ['version 4', { kind: 'uuid' }, places(0).filter((place) => place !== 12)],
    ['version 7', { kind: 'uuid', version: 7, from: '2025-01-01', days: 30 }, places(16)],
  ]

  test.each(random)('of %s are random at each place', (_, spec, places) => {
    const values = single('uuid', spec).map((value) => value.replaceAll('-', ''))
    for (const place of places) {
      const cells = place === 16 ? [...'89ab'] : HEX
      const digits = values.map((value) => value[place]!)
      expect({ place, ok: excessOf(digits, even(cells)) < 4 }).toEqual({ place, ok: true })
    }
  })
})

describe('columns that share or nest', () => {
  test('what goes together follows its weights', () => {
    const plans = single('text', {
      kind: 'choice',
      key: 'plan',
      values: ['free', 'pro', 'team'],
      weights: [7, 2, 1],
    })
    const shares = new Map([
      ['free', 7],
      ['pro', 2],
      ['team', 1],
    ])
    expect(excessOf(plans, shares)).toBeLessThan(4)
  })

  test('fields of a document are distributed like columns, and do not depend on each other', () => {
    const fields = {
      kind: { kind: 'choice', values: ['a', 'b'], weights: [3, 1] },
      n: { kind: 'int', max: 4 },
      gone: { kind: 'nullable', of: { kind: 'int', max: 9 }, fraction: 0.25 },
    }
    const documents = single('jsonb', { kind: 'json', fields }).map((text) => JSON.parse(text))
    const cells = ['a', 'b'].flatMap((kind) =>
      [0, 1, 2, 3, 4].map((n) => [`${kind} ${n}`, kind === 'a' ? 3 : 1] as const),
    )
    expect(
      excessOf(
        documents.map(({ kind, n }) => `${kind} ${n}`),
        new Map(cells),
      ),
    ).toBeLessThan(4)
    const nulls = documents.filter(({ gone }) => gone === null || gone === undefined).length
    expect(excess([nulls, N - nulls], [0.25 * N, 0.75 * N])).toBeLessThan(4)
  })

  test('the random numbers that a pair of one’s own gets are even', () => {
    const pair = (js: string) =>
      single('integer', { kind: 'pair', makes: 'int', min: 0, max: 99, sql: '0', js })
    for (const js of ['(i, r) => Math.floor(r / 42949672.96)', '(i, r, s) => Math.floor(s / 42949672.96)']) {
      const values = pair(js).map(Number)
      expect(excessOf(values, even(Array.from({ length: 100 }, (_, k) => k)))).toBeLessThan(4)
    }
  })
})

test('references by Zipf’s law keep it, whichever parents are the frequent ones', () => {
  const parents = { table: 'public.parents', rows: 20, column: 'id', generator: { kind: 'sequence' } }
  const counts = countsOf(single('bigint', { kind: 'reference', ...parents, skew: 'zipf', exponent: 1 }))
  const weights = Array.from({ length: 20 }, (_, k) => 1 / (k + 1))
  const total = weights.reduce((sum, weight) => sum + weight)
  expect(
    excess(
      [...counts.values()].sort((x, y) => y - x),
      weights.map((weight) => (weight / total) * N),
    ),
  ).toBeLessThan(4)
})
