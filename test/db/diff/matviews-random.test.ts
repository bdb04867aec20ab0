import fc from 'fast-check'
import { expect, it } from 'vitest'
import { testDatabase } from '../../support/index.ts'
import { convergenceOn, sqlOf } from './converge.ts'

const { converges, query } = convergenceOn(testDatabase())

const COLUMNS = ['a', 'c1', 'c2'] as const
const COUNT = 6

/** n0 is a table, each other reads one or two before it; numbers are taken modulo what there is. */
interface Node {
  readonly materialized: boolean
  readonly sources: readonly number[]
  readonly above: number
  readonly columns: number
  readonly indexed: boolean
}

const node: fc.Arbitrary<Node> = fc.record({
  materialized: fc.boolean(),
  sources: fc.array(fc.nat({ max: COUNT }), { minLength: 1, maxLength: 2 }),
  above: fc.nat({ max: 2 }),
  columns: fc.integer({ min: 1, max: 3 }),
  indexed: fc.boolean(),
})
const change = fc.record({ node, changed: fc.nat({ max: 3 }).map((n) => n === 0) })

function queryOf(nodes: readonly Node[], i: number): string {
  const { sources, above, columns } = nodes[i]!
  const [first, ...more] = [...new Set(sources.map((source) => source % (i + 1)))]
  const width = first === 0 ? COLUMNS.length : nodes[first! - 1]!.columns
  const list = COLUMNS.slice(0, columns).map((c, n) => (n < width ? `n${first}.${c}` : `0 as ${c}`))
  const joins = more.map((source) => ` join n${source} using (a)`).join('')
  return `select ${list.join(', ')} from n${first}${joins} where n${first}.a > ${above}`
}

function textOf(nodes: readonly Node[]): string {
  const made = nodes.map(({ materialized, indexed }, i) => {
    const name = `n${i + 1}`
    const index = materialized && indexed ? `create unique index i${i + 1} on ${name} (a);` : ''
    return `create ${materialized ? 'materialized ' : ''}view ${name} as ${queryOf(nodes, i)}; ${index}`
  })
  return [
    'create table n0 (a int primary key, c1 int, c2 int);',
    'insert into n0 select n, n, n from generate_series(1, 8) n;',
    ...made,
  ].join('\n')
}

it('any change of views over views leads where it should, and what is filled holds what its sources hold now', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: COUNT, maxLength: COUNT }),
      fc.array(change, { minLength: COUNT, maxLength: COUNT }),
      async (before, changes) => {
        const after = before.map((old, i) =>
          changes[i]!.changed ? { ...changes[i]!.node, materialized: old.materialized } : old,
        )
        const plan = await converges({ from: textOf(before), to: textOf(after) })
        for (const sql of sqlOf(plan)) {
          const filled = /^CREATE MATERIALIZED VIEW "public"\."n(\d)/.exec(sql)?.[1]
          if (filled === undefined) continue
          const now = `select * from (${queryOf(after, Number(filled) - 1)}) x`
          const held = `select * from n${filled}`
          expect(await query(`(${now} except ${held}) union all (${held} except ${now})`)).toEqual([])
        }
      },
    ),
    { numRuns: 12, endOnFailure: true },
  )
}, 120_000)
