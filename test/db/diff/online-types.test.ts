import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool } from '../../../src/db/index.ts'
import { diff, type PlanStatement } from '../../../src/diff/index.ts'
import type { Catalog } from '../../../src/model/index.ts'
import { applyPlan, testDatabase } from '../../support/index.ts'

const target = testDatabase()
const sql = openPool(target, { max: 1, applicationName: 'online-types' })
afterAll(() => sql.end({ timeout: 5 }))

const state = (type: string, note = 'text') => `
  create table owners (id integer primary key);
  create table t (id serial primary key, owner ${type} not null references owners (id), amount ${type} not null default 7 check (amount >= 0),
    note ${note}, unique (owner, id));
  create index t_amount on t (amount desc) where amount > 3;
  create view amounts as select id, amount from t;`
const ROWS = `insert into owners select g from generate_series(1, 5) g; insert into t (owner, amount) select 1 + g % 5, g from generate_series(1, 50) g;`
const ONLINE = { onlineTypes: true }

async function made(text: string): Promise<Catalog> {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}

const sqlOf = (statements: readonly PlanStatement[]) => statements.map((one) => one.sql)
const rulesOf = (statements: readonly PlanStatement[]) =>
  statements.flatMap(({ hazards }) => hazards.map(({ rule }) => rule))

describe('a type change that could be made online', () => {
  const hint = async (from: string, to: string, options = {}) => {
    const goal = await made(to)
    const { statements } = diff(await made(from), goal, options)
    const hazard = statements.flatMap(({ hazards }) => hazards).find(({ rule }) => rule === 'change-type')
    return hazard?.text.slice(hazard.text.indexOf(' Instead: '))
  }

  it('says so', async () => {
    expect(await hint('create table t (a int)', 'create table t (a bigint)')).toMatch(
      /^ Instead: --online-types: /,
    )
  })

  const PARTS =
    'create table t (a int, b int) partition by range (b); create table t1 partition of t default;'
  const TRIGGER = `create table t (a int); create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger tr before insert on t for each row execute function f();`
  it.each([
    ['partitioned', PARTS, 'the table is partitioned'],
    ['with a trigger', TRIGGER, 'triggers of the table would fire'],
    [
      'with a policy',
      'create table t (a int); create policy p on t using (a > 0);',
      'the policy t.p uses it',
    ],
    [
      'under a materialized view',
      'create table t (a int); create materialized view m as select a from t;',
      'the materialized view m uses it',
    ],
    [
      'with a deferrable key',
      'create table t (a int unique deferrable);',
      'the constraint t.t_a_key changes, too, or cannot be built beside',
    ],
  ])('but for a table %s, says why not, asked for or not', async (_, from, why) => {
    const to = from.replace('(a int', '(a bigint')
    for (const options of [{}, ONLINE]) {
      expect(await hint(from, to, options)).toContain(`--online-types does not do that here: ${why}`)
    }
  })

  it('names the values that each of the columns may lose', async () => {
    const goal = await made('create table t (a int, b numeric(5, 1))')
    const { statements } = diff(await made('create table t (a smallint, b numeric(5, 2))'), goal, ONLINE)
    expect(rulesOf(statements)).toEqual(['type-loses-digits'])
  })
})

describe('interrupted, and begun again', () => {
  let goal: Catalog
  let plan: readonly PlanStatement[]
  beforeEach(async () => {
    goal = await made(state('bigint'))
    plan = diff(await made(state('integer')), goal, ONLINE).statements
    await sql.unsafe(ROWS)
  })

  const values = async () => {
    const [row] = await sql.unsafe('select count(*)::int, sum(amount)::int, sum(owner)::int as owners from t')
    return row
  }
  /** What the next run would do. */
  const again = async (to = goal) => diff(await readCatalog({ sql }), to, ONLINE).statements

  it('goes on behind whichever statement was the last, and does nothing twice', async () => {
    const before = await values()
    // What shares a transaction is there together or not at all.
    const ends = plan.flatMap(({ runs }, i) =>
      runs === 'transaction' && plan[i + 1]?.runs === 'transaction' ? [] : [i + 1],
    )
    expect(ends.length).toBeGreaterThan(10)
    for (const end of ends) {
      await made(state('integer'))
      await sql.unsafe(ROWS)
      await applyPlan(sql, plan.slice(0, end))
      const rest = await again()
      const done = new Set(sqlOf(plan.slice(0, end)))
      const twice = sqlOf(rest).filter((text) => done.has(text) && !text.startsWith('DO '))
      expect(twice, `behind ${plan[end - 1]!.sql}`).toEqual([])
      expect(rulesOf(rest)).toEqual([])
      await applyPlan(sql, rest)
      expect(await again(), `behind ${plan[end - 1]!.sql}`).toEqual([])
      expect(await values()).toEqual(before)
    }
  })

  it('builds an index anew that was not finished', async () => {
    const built = plan.findIndex((one) => one.sql.startsWith('CREATE INDEX CONCURRENTLY'))
    await applyPlan(sql, plan.slice(0, built + 1))
    await sql.unsafe(`update pg_index set indisvalid = false where indexrelid = 't_amount__new'::regclass`)
    const rest = await again()
    expect(sqlOf(rest)).toContain('DROP INDEX CONCURRENTLY "public"."t_amount__new"')
    await applyPlan(sql, rest)
    expect(await again()).toEqual([])
  })

  it('as another change: clears away what was begun, which has to be allowed, and begins anew', async () => {
    await applyPlan(sql, plan.slice(0, 3))
    const before = await values()
    const other = await made(state('smallint'))
    await made(state('integer'))
    await sql.unsafe(ROWS)
    await applyPlan(sql, plan.slice(0, 3))
    const rest = await again(other)
    expect(sqlOf(rest).slice(0, 4)).toEqual([
      'DROP TRIGGER "~gigarow_sync" ON "public"."t"',
      'DROP FUNCTION "public"."t_gigarow_sync"()',
      'ALTER TABLE "public"."t" DROP COLUMN "owner__new", DROP COLUMN "amount__new"',
      expect.stringContaining('ADD COLUMN "owner__new" smallint'),
    ])
    expect(rulesOf(rest)).toEqual(['drop-column', 'drop-column'])
    await applyPlan(sql, rest)
    expect(await again(other)).toEqual([])
    expect(await values()).toEqual(before)
  })

  it('without the flag: says that the flag goes on with it', async () => {
    await applyPlan(sql, plan.slice(0, 3))
    const { statements } = diff(await readCatalog({ sql }), goal)
    const change = statements.flatMap(({ hazards }) => hazards).find(({ rule }) => rule === 'change-type')
    expect(change!.text).toContain('Instead: --online-types: ')
  })

  it('leaves alone what somebody has come to use', async () => {
    await applyPlan(sql, plan.slice(0, 3))
    await sql.unsafe('create view mine as select amount__new from t')
    const rest = await again()
    expect(rulesOf(rest)).toEqual(expect.arrayContaining(['drop-view', 'drop-column', 'change-type']))
  })
})
