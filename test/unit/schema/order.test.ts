import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inOrder, type Step } from '../../../src/schema/order.ts'

/** Step i makes "i" and needs some of the names before it. */
const steps = fc
  .array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((all) =>
    all.map(
      (needs, i): Step => ({
        sql: String(i),
        label: String(i),
        makes: new Set([String(i)]),
        needs: new Set(needs.filter((n) => n < i).map(String)),
      }),
    ),
  )

test('whatever the order they come in, each stands once and behind all that it needs', () => {
  fc.assert(
    fc.property(
      steps.chain((made) => fc.shuffledSubarray(made, { minLength: made.length })),
      (shuffled) => {
        const out = inOrder(shuffled).map(({ sql }) => sql)
        expect([...out].sort()).toEqual(shuffled.map(({ label }) => label).sort())
        for (const { label, needs } of shuffled) {
          for (const need of needs) expect(out.indexOf(need)).toBeLessThan(out.indexOf(label))
        }
      },
    ),
  )
})

test('what is in order already stays as it is', () => {
  fc.assert(
    fc.property(steps, (made) => {
      expect(inOrder(made).map(({ sql }) => sql)).toEqual(made.map(({ label }) => label))
    }),
  )
})
