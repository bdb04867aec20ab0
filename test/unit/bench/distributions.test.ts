import { describe, expect, test } from 'vitest'
import { distributionsOf, judge } from '../../../scripts/bench/distributions.js'
import simulation from '../../../seeds/simulation.ts'
import { FIRST_NAMES, LAST_NAMES } from '../../../src/seed/generators/people.ts'
import { scaleProfile } from '../../../src/seed/index.ts'

const profile = scaleProfile(simulation, { scale: 0.1 })
const names = { FIRST_NAMES, LAST_NAMES }

describe('what the benchmark of the simulation checks', () => {
  const all = distributionsOf(profile, names)

  test('is something of every column, and shares that add up', () => {
    for (const { table, columns } of profile.tables)
      for (const { name } of columns)
        expect(
          all.some((one) => one.name.startsWith(`${table.name}.${name}:`)),
          `${table.name}.${name}`,
        ).toBe(true)
    for (const { name, shares } of all)
      expect([name, [...shares.values()].reduce((sum, share) => sum + share).toFixed(9)]).toEqual([
        name,
        '1.000000000',
      ])
  })

  test('is Zipf’s law with a mean of two', () => {
    const { shares } = all.find(({ name }) => name === 'emails: rows of one of users')!
    expect([...shares].map(([degree, share]) => [degree, share.toFixed(3)])).toEqual([
      ['1', '0.505'],
      ['2', '0.212'],
      ['3', '0.127'],
      ['4', '0.089'],
      ['5', '0.067'],
    ])
  })

  test('is refused for a generator that it does not know', () => {
    const [users, ...others] = profile.tables
    const columns = users!.columns.map((column) => ({ ...column, generator: { kind: 'words' } }))
    expect(() => distributionsOf({ ...profile, tables: [{ ...users!, columns }, ...others] }, names)).toThrow(
      /users\.id: there is no check of what words makes/,
    )
  })
})

describe('a share is judged', () => {
  const shares = new Map([
    ['a', 0.6],
    ['b', 0.38],
    ['c', 0.02],
  ])
  const total = 1_000_000
  const verdict = (kind: 'always' | 'exact' | 'drawn', counts: Record<string, number>) => {
    const distribution = { name: 'x', kind, total, shares, query: '' }
    return judge(distribution, new Map(Object.entries(counts))).isGood
  }

  test('by 1 % of it, or of 5 % where it is smaller', () => {
    expect(verdict('exact', { a: 600_000, b: 380_000, c: 20_000 })).toBe(true)
    expect(verdict('exact', { a: 603_500, b: 376_500, c: 20_000 })).toBe(true)
    expect(verdict('exact', { a: 604_000, b: 376_000, c: 20_000 })).toBe(false)
    expect(verdict('exact', { a: 599_600, b: 380_000, c: 20_400 })).toBe(true)
    expect(verdict('exact', { a: 599_400, b: 380_000, c: 20_600 })).toBe(false)
  })

  test('with room for chance where it is drawn, and with none where it is always so', () => {
    expect(verdict('drawn', { a: 599_400, b: 380_000, c: 20_600 })).toBe(true)
    expect(verdict('drawn', { a: 599_300, b: 380_000, c: 20_700 })).toBe(false)
    expect(verdict('always', { a: 600_001, b: 379_999, c: 20_000 })).toBe(false)
  })

  test('with what nobody declared, and rows that are missing, as wrong', () => {
    expect(verdict('drawn', { a: 600_000, b: 379_999, c: 20_000, d: 1 })).toBe(false)
    expect(verdict('drawn', { a: 600_000, b: 379_999, c: 20_000 })).toBe(false)
  })
})
