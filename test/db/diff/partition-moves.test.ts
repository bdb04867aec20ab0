import { afterAll, beforeEach, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool } from '../../../src/db/index.ts'
import { diff, type PlanStatement } from '../../../src/diff/index.ts'
import type { Catalog } from '../../../src/model/index.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
const sql = openPool(target, { max: 1, applicationName: 'plan' })
const reader = openPool(target, { max: 1, applicationName: 'reader' })
const writer = openPool(target, { max: 1, applicationName: 'writer' })
afterAll(() => Promise.all([sql, reader, writer].map((one) => one.end({ timeout: 5 }))))

const P = 'create table p (a int not null, b text) partition by range (a);'
const TWO = `${P} create table p1 partition of p for values from (0) to (100);
             create table p2 partition of p for values from (100) to (200);`
const leaf = (name: string, from: number, to: number) =>
  `create table ${name} partition of p for values from (${from}) to (${to});`
const ONE = `${P} create table p12 partition of p for values from (0) to (200);`

async function stateOf(text: string) {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}

beforeEach(async () => {
  for (const one of [reader, writer]) await one.unsafe("set lock_timeout = '200ms'")
})

/** One after the other as the plan says: what may run in a transaction runs in one with its neighbours. */
async function run(statements: readonly PlanStatement[], after: (i: number) => Promise<void>) {
  let open = false
  try {
    for (const [i, { sql: text, runs }] of statements.entries()) {
      if (runs === 'transaction' && !open) await sql.unsafe('begin')
      if (runs === 'alone' && open) await sql.unsafe('commit')
      open = runs === 'transaction'
      await sql.unsafe(text)
      await after(i)
    }
    if (open) await sql.unsafe('commit')
  } catch (error) {
    // A failure must not leave its transaction to the next.
    await sql.unsafe('rollback')
    throw error
  }
}

async function planOf(from: string, to: string) {
  const goal = await stateOf(to)
  await stateOf(from)
  await sql.unsafe('insert into p select i, i::text from generate_series(0, 199) i; analyze')
  const { statements, refusals } = diff(await readCatalog({ sql }), goal)
  expect(refusals).toEqual([])
  return { goal, statements }
}

async function expectArrived(goal: Catalog) {
  const [row] = await sql`select count(*)::int as rows, count(distinct a)::int as keys from p`
  expect(row).toEqual({ rows: 200, keys: 200 })
  expect(diff(await readCatalog({ sql }), goal)).toMatchObject({ statements: [], refusals: [] })
}

const SPLITS: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['a merge', TWO, ONE, ['p1', 'p2']],
  ['a split', ONE, TWO, ['p12']],
  ['a split that leaves a part', P + leaf('p1', 0, 200), TWO, ['p1']],
  [
    'a new one between two',
    TWO,
    P + leaf('p1', 0, 60) + leaf('pm', 60, 150) + leaf('p2', 150, 200),
    ['p1', 'p2'],
  ],
]

test.each(SPLITS)(
  'during %s nobody writes to a leaf by its own name: his row would stay in it',
  async (_, from, to, leaves) => {
    const { goal, statements } = await planOf(from, to)
    const firstMove = statements.findIndex((s) => /\bINSERT INTO\b/.test(s.sql))
    expect(firstMove).toBeGreaterThan(0)
    await run(statements, async (i) => {
      if (i !== firstMove) return
      for (const name of [...leaves, 'p'])
        await expect(
          writer.unsafe(`insert into ${name} values (${name === 'p2' ? 150 : 50})`),
        ).rejects.toMatchObject({ code: '55P03' })
    })
    await expectArrived(goal)
  },
)

test.each(SPLITS)(
  'during %s everybody reads every row once, until partitions change places and nothing is read or written',
  async (_, from, to) => {
    const { goal, statements } = await planOf(from, to)
    const [lock, detach] = ['LOCK TABLE', 'DETACH PARTITION'].map((words) =>
      statements.findIndex((s) => s.sql.includes(words)),
    ) as [number, number]
    expect(statements.slice(0, detach).some((s) => /\bINSERT INTO\b/.test(s.sql))).toBe(true)
    expect(statements.slice(detach).filter((s) => s.statementTimeout === undefined)).toEqual([])
    await run(statements, async (i) => {
      if (i < lock || i >= detach) return
      const [row] = await reader`select count(*)::int as rows, count(distinct a)::int as keys from p`
      expect(row, statements[i]!.sql).toEqual({ rows: 200, keys: 200 })
    })
    await expectArrived(goal)
  },
)

test('rows of a partition that grows are moved when it is detached, and the plan says that reads wait for that', async () => {
  const { goal, statements } = await planOf(TWO, P + leaf('p1', 0, 150) + leaf('p2', 150, 200))
  const detach = statements.find((s) => s.sql.includes('DETACH PARTITION'))!
  expect(detach.hazards).toEqual([
    expect.objectContaining({
      severity: 'lock',
      text: expect.stringMatching(
        /^Nobody can read or write p while rows are moved \(p2 to p1\).* p holds 200 rows/,
      ),
    }),
  ])
  await run(statements, async () => {})
  await expectArrived(goal)
})

const TRIGGER = `create table gone (a int); create function note() returns trigger language plpgsql as
  'begin insert into gone values (old.a); return old; end'; create trigger d before delete on p for each row execute function note();`

test.each([
  ['of the parent', `${TRIGGER}`],
  [
    'of a leaf alone, that always fires',
    `${TRIGGER.replace('delete on p ', 'delete on p1 ')} alter table p1 enable always trigger d;`,
  ],
])('a trigger %s takes no moved row for a deleted one', async (_, trigger) => {
  const from = P + leaf('p1', 0, 200) + trigger
  const { goal, statements } = await planOf(from, TWO + trigger)
  await run(statements, async () => {})
  await expectArrived(goal)
  expect(await sql`select a from gone`).toEqual([])
})

test('a row that does not fit the smaller bound ends the move before anybody waits', async () => {
  const text = 'create table p (a text not null, b text) partition by range (a);'
  const goal = await stateOf(
    `${text} create table p1 partition of p for values from ('a') to ('f'); create table p2 partition of p for values from ('f') to ('k')`,
  )
  const { statements } = diff(
    await stateOf(`${text} create table p1 partition of p for values from ('a') to ('z')`),
    goal,
  )
  await sql.unsafe("insert into p values ('b'), ('g'), ('x')")
  const seen: number[] = []
  await expect(run(statements, async (i) => void seen.push(i))).rejects.toMatchObject({ code: '23514' })
  expect(statements.slice(0, seen.length + 1).some((s) => s.sql.includes('DETACH'))).toBe(false)
  expect(await sql`select a, tableoid::regclass::text as leaf from p order by a`).toEqual([
    { a: 'b', leaf: 'p1' },
    { a: 'g', leaf: 'p1' },
    { a: 'x', leaf: 'p1' },
  ])
})
