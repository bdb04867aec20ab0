import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type BoundValue,
  boundProblems,
  boundSql,
  floorToUnit,
  type Leaf,
  parseInterval,
  tileSuffix,
  tiles,
} from '../../../src/model/index.ts'

const value = (order: number): BoundValue => ({ kind: 'value', sql: String(order), order })
const range = (name: string, from: number, to: number): Leaf => ({
  name,
  bound: { kind: 'range', from: [value(from)], to: [value(to)] },
})

describe('time', () => {
  const unit = fc.constantFrom('hour', 'day', 'week', 'month', 'year')
  const instant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2090, 0, 1) })

  test('intervals tile it without gap or overlap, and cover the end', () => {
    fc.assert(
      fc.property(
        unit,
        fc.integer({ min: 1, max: 7 }),
        instant,
        fc.integer({ min: 1, max: 400 }),
        (u, count, at, n) => {
          const from = floorToUnit(at, u)
          const end = from + n * 3_600_000
          const made = tiles(from, end, { count, unit: u })
          expect(made[0]!.from).toBe(from)
          for (const [i, tile] of made.entries()) {
            expect(tile.to).toBeGreaterThan(tile.from)
            if (i > 0) expect(tile.from).toBe(made[i - 1]!.to)
            expect(floorToUnit(tile.from, u)).toBe(tile.from)
          }
          expect(made.at(-1)!.from).toBeLessThan(end)
          expect(made.at(-1)!.to).toBeGreaterThanOrEqual(end)
          expect(new Set(made.map((t) => tileSuffix(t.from, u))).size).toBe(made.length)
        },
      ),
    )
  })

  test('a week begins on Monday, a partition is named by its start', () => {
    const monday = Date.UTC(2025, 0, 6)
    expect(floorToUnit(Date.UTC(2025, 0, 12, 23), 'week')).toBe(monday)
    expect([tileSuffix(monday, 'year'), tileSuffix(monday, 'month'), tileSuffix(monday, 'week')]).toEqual([
      'p2025',
      'p2025_01',
      'p2025_01_06',
    ])
    expect(tileSuffix(monday, 'hour')).toBe('p2025_01_06_00')
  })

  test.each(['1 fortnight', '0 days', '1.5 days', 'day', '-1 day'])('%s is no interval', (text) => {
    expect(parseInterval(text)).toBeUndefined()
  })
})

describe('bounds', () => {
  test('neighbours do not overlap; one moved into the other does, wherever it is declared', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 12 })
    fc.assert(
      fc.property(cuts, fc.nat(), (unsorted, pick) => {
        const sorted = unsorted.toSorted((a, b) => a - b)
        const leaves = sorted.slice(1).map((to, i) => range(`l${i}`, sorted[i]!, to))
        expect(boundProblems(leaves.toReversed())).toEqual([])
        const i = pick % (leaves.length - 1)
        const wider = leaves.with(i, range(`l${i}`, sorted[i]!, sorted[i + 1]! + 1))
        expect(boundProblems(wider).map((p) => p.why)).toContain('overlap')
      }),
    )
  })

  test('MINVALUE and MAXVALUE are the ends of everything', () => {
    const low: Leaf = { name: 'low', bound: { kind: 'range', from: [{ kind: 'min' }], to: [value(0)] } }
    const high: Leaf = { name: 'high', bound: { kind: 'range', from: [value(0)], to: [{ kind: 'max' }] } }
    expect(boundProblems([high, low])).toEqual([])
    expect(boundProblems([low, high, range('x', 5, 6)])).toEqual([{ leaves: ['high', 'x'], why: 'overlap' }])
    expect(boundSql(low.bound)).toBe('FOR VALUES FROM (MINVALUE) TO (0)')
  })

  test('empty ranges, repeated list values, two defaults and repeated names are found', () => {
    const list = (name: string, sql: string): Leaf => ({
      name,
      bound: { kind: 'list', values: [{ kind: 'value', sql }] },
    })
    const rest = (name: string): Leaf => ({ name, bound: { kind: 'default' } })
    expect(boundProblems([range('a', 5, 5)])[0]!.why).toContain('empty')
    expect(boundProblems([list('a', "'x'"), list('b', "'x'")])).toEqual([
      { leaves: ['a', 'b'], why: "both hold 'x'" },
    ])
    expect(boundProblems([rest('a'), rest('b')])[0]!.why).toContain('default')
    expect(boundProblems([range('a', 0, 1), range('a', 1, 2)])[0]!.why).toContain('twice')
  })
})
