import fc from 'fast-check'
import { expect, it } from 'vitest'
import { diff } from '../../../src/diff/index.ts'
import type { Catalog, ObjectKey } from '../../../src/model/index.ts'
import { catalog, column, table, view } from './catalogs.ts'

const sqlOf = (from: Catalog, to: Catalog) => diff(from, to).statements.map(({ sql }) => sql)

/** Views v0 to vn, each of which needs some of those with a smaller number. */
const viewsThatNeedEachOther = fc
  .array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .chain((needs) =>
    fc.tuple(
      fc.constant(needs),
      fc.shuffledSubarray(
        needs.map((_, i) => i),
        { minLength: needs.length },
      ),
    ),
  )
  .map(([needs, names]) => {
    const views = needs.map((_, i) => view(`v${names[i]}`))
    const edges = needs.map((some, i) => [...new Set(some.filter((n) => n < i))].map((n) => views[n]!.key))
    return {
      views,
      edges,
      all: catalog(views, Object.fromEntries(views.map(({ key }, i) => [key, edges[i]!]))),
    }
  })

const place = (statements: readonly string[], key: ObjectKey): number =>
  statements.findIndex((sql) => sql.includes(`VIEW ${key.slice('view '.length)}`))

it('makes what is needed before what needs it, and drops it after', () => {
  fc.assert(
    fc.property(viewsThatNeedEachOther, ({ views, edges, all }) => {
      const made = sqlOf(catalog([]), all)
      const dropped = sqlOf(all, catalog([]))
      expect(made).toHaveLength(views.length)
      expect(dropped).toHaveLength(views.length)
      views.forEach(({ key }, i) => {
        for (const need of edges[i]!) {
          expect(place(made, need)).toBeLessThan(place(made, key))
          expect(place(dropped, need)).toBeGreaterThan(place(dropped, key))
        }
      })
    }),
  )
})

it('finds nothing to do between a state and itself', () => {
  fc.assert(
    fc.property(viewsThatNeedEachOther, ({ all }) => {
      expect(diff(all, all)).toEqual({ statements: [], refusals: [] })
    }),
  )
})

it('gives the same plan whatever order the objects were read in', () => {
  fc.assert(
    fc.property(viewsThatNeedEachOther, fc.infiniteStream(fc.nat()), ({ all }, dice) => {
      const shuffled = [...all.objects]
        .map((entry) => ({ entry, n: dice.next().value as number }))
        .sort((a, b) => a.n - b.n)
      const other: Catalog = { ...all, objects: new Map(shuffled.map(({ entry }) => entry)) }
      expect(sqlOf(catalog([]), other)).toEqual(sqlOf(catalog([]), all))
      expect(sqlOf(other, catalog([]))).toEqual(sqlOf(all, catalog([])))
    }),
  )
})

it('never drops a table or a plain column to make it anew', () => {
  const t = table('t')
  const domain = (type: string) =>
    ({
      kind: 'domain',
      key: 'domain "public"."d"' as ObjectKey,
      name: { schema: 'public', name: 'd' },
      type,
      notNull: false,
      default: undefined,
      collation: undefined,
      checks: [],
    }) as const
  const c = column(t, 'c', { type: 'public.d' })
  const needs = { [c.key]: [t.key, domain('').key] }
  const plan = diff(catalog([t, c, domain('integer')], needs), catalog([t, c, domain('text')], needs))
  expect(plan.refusals.map(({ reason }) => reason)).toEqual([expect.stringContaining('t.c')])
  expect(plan.statements.map(({ sql }) => sql).join()).not.toMatch(/DROP (TABLE|COLUMN)/)
})

it('collects all refusals', () => {
  const t = table('t')
  const plain = [column(t, 'a'), column(t, 'b')]
  const computed = plain.map((c) => ({ ...c, generated: { kind: 'stored', expression: '1' } as const }))
  expect(diff(catalog([t, ...plain]), catalog([t, ...computed])).refusals).toHaveLength(2)
})

it('names the circle that it cannot cut', () => {
  const t = table('t')
  const a = column(t, 'a', { generated: { kind: 'stored', expression: 'f()' } })
  const f = {
    kind: 'routine',
    key: 'routine "public"."f"()' as ObjectKey,
    name: { schema: 'public', name: 'f' },
    arguments: '',
    type: 'function',
    definition: 'CREATE FUNCTION f',
    result: 'integer',
  } as const
  const all = catalog([t, a, f], { [a.key]: [t.key, f.key], [f.key]: [t.key] })
  const [refusal] = diff(catalog([]), all).refusals
  expect(refusal?.reason).toContain('routine f')
})
