import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { curve } from '../../../src/seed/examine/history.ts'

const area = (points: readonly (readonly [number, number])[]) => {
  const width = points.length === 0 ? 0 : points[0]![0] * 2
  return points.reduce((sum, [, rate]) => sum + rate * width, 0)
}

describe('the curve of a load', () => {
  test('has as many rows below it as were loaded, whatever the chunks', () => {
    const chunk = fc.record({
      gap: fc.double({ min: 0, max: 30, noNaN: true }),
      rows: fc.integer({ min: 1, max: 1e6 }),
      seconds: fc.double({ min: 0.01, max: 20, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 200 }), (chunks) => {
        let at = 1_700_000_000
        const done = chunks.map(({ gap, rows, seconds }) => {
          at += gap + 0.01
          return { at, rows, seconds }
        })
        const rows = chunks.reduce((sum, one) => sum + one.rows, 0)
        expect(area(curve(done)) / rows).toBeCloseTo(1, 3)
      }),
    )
  })

  test('leaves the night between two attempts out', () => {
    const attempt = (from: number) => [1, 2, 3, 4].map((k) => ({ at: from + k, rows: 100, seconds: 1 }))
    const points = curve([...attempt(0), ...attempt(40_000)])
    expect(points.at(-1)![0]).toBeLessThan(9)
    for (const [, rate] of points) expect(rate).toBeCloseTo(100, 6)
  })

  test('is empty without chunks', () => expect(curve([])).toEqual([]))
})
