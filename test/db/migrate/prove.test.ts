import { describe, expect, test } from 'vitest'
import { diff, type Plan, type PlanHazard, type PlanStatement } from '../../../src/diff/index.ts'
import {
  type Proof,
  prove,
  type Source,
  type SourceState,
  scratchOn,
  withSource,
} from '../../../src/migrate/index.ts'
import { countRows } from '../../../src/migrate/row-counts.ts'
import { sampleRows } from '../../../src/migrate/sample-rows.ts'
import { nameIn } from '../../../src/model/index.ts'
import { testDatabase } from '../../support/index.ts'
import { errorOf } from './fixture.ts'

const scratch = scratchOn(testDatabase(), { makesRoles: true })

function source(sql: string): Source {
  return { kind: 'statements', label: 'a state', statements: [sql] }
}

function withStates<T>(
  a: string,
  b: string,
  use: (from: SourceState, to: SourceState) => Promise<T>,
): Promise<T> {
  return withSource(source(a), { scratch }, (from) =>
    withSource(source(b), { scratch }, (to) => use(from, to)),
  )
}

const LOSES: readonly PlanHazard[] = [{ rule: 'drop', severity: 'drop', text: 'drops rows' }]

function plan(statements: readonly string[], hazards: readonly PlanHazard[] = []): Plan {
  const common = { runs: 'transaction', locks: [], lockTimeout: 2000, statementTimeout: undefined } as const
  const made = statements.map((sql): PlanStatement => ({ ...common, sql, hazards, reverse: { none: '' } }))
  return { statements: made, refusals: [] }
}

/** Whether a plan, by default that of diff(), is proved to lead from one state to the other. */
function proved(a: string, b: string, given?: Plan): Promise<Proof> {
  return withStates(a, b, (from, to) =>
    prove({ from: from.catalog, to, plan: given ?? diff(from.catalog, to.catalog), scratch }),
  )
}

const T = 'create table public.t (id int, x int)'

test('a plan that leads there and keeps every row is proved', async () => {
  expect(await proved('create table public.t (id int)', T)).toEqual({ tables: 1, empty: [] })
})

describe('a plan is caught that', () => {
  test('makes a table anew without saying that its rows go', async () => {
    const anew = ['drop table public.t', T]
    const error = await errorOf(proved('create table public.t (id int)', T, plan(anew)))
    expect(error.code).toBe('PROOF_FAILED')
    expect(error.message).toContain('2 rows of "public"."t" are gone, and no statement says so')
    expect(await proved('create table public.t (id int)', T, plan(anew, LOSES))).toEqual({
      tables: 1,
      empty: [],
    })
  })

  test('drops a column and makes it anew, which loses its values', async () => {
    const anew = ['alter table public.t drop column x', 'alter table public.t add column x bigint']
    const b = 'create table public.t (id int, x bigint)'
    const error = await errorOf(proved(T, b, plan(anew)))
    expect(error.message).toContain('2 values of the column "x" of "public"."t" are gone')
    expect(await proved(T, b, plan(anew, LOSES))).toEqual({ tables: 1, empty: [] })
  })

  test('leaves something to do', async () => {
    const b = `${T}; create table public.u (id int)`
    const error = await errorOf(
      proved('create table public.t (id int)', b, plan(['alter table public.t add x int'])),
    )
    expect(error.message).toMatch(/afterwards this would still be to do: CREATE TABLE "public"\."u"/)
  })

  test('leads elsewhere by a difference that the catalog does not know', async () => {
    await withStates('create table public.t (id int)', T, async (from, to) => {
      await to.db.sql.unsafe('create table public.unseen (id int)')
      const honest = diff(from.catalog, to.catalog)
      const error = await errorOf(prove({ from: from.catalog, to, plan: honest, scratch }))
      expect(error).toMatchObject({ code: 'PROOF_FAILED' })
      expect(error.message).toContain('it does not lead to column public.unseen.id')
    })
  })

  test.each([
    ['grant select on public.t to pg_monitor', 'grant on relation public.t to pg_monitor: SELECT'],
    ['grant update (x) on public.t to public', 'grant on column public.t.x to everybody: UPDATE'],
    [`comment on column public.t.x is 'new'`, 'comment on column x of relation public.t: new'],
    ['alter table public.t force row level security', 'table public.t forced'],
    ['alter table public.t alter x set statistics 7', 'statistics 7'],
    ['alter sequence public.s cache 7', 'cache 7'],
  ])('leads elsewhere by a property: %s', async (change, said) => {
    const a = 'create table public.t (id int); create sequence public.s'
    await withStates(a, `${T}; create sequence public.s`, async (from, to) => {
      await to.db.sql.unsafe(change)
      const honest = diff(from.catalog, to.catalog)
      const error = await errorOf(prove({ from: from.catalog, to, plan: honest, scratch }))
      // Either line is the first that differs: as it is, and as it should be.
      const lines = [said, 'it leads to']
      expect(error.code).toBe('PROOF_FAILED')
      expect(lines.some((line) => error.message.includes(line))).toBe(true)
    })
  })

  test('fails on the server', async () => {
    const error = await errorOf(
      proved('create table public.t (id int)', T, plan(['alter table public.nope add x int'])),
    )
    expect(error).toMatchObject({ code: 'PROOF_FAILED', facts: { statement: 1, sqlstate: '42P01' } })
  })
})

test('what no plan makes, changes or drops is no reason to fail', async () => {
  await withStates('create table public.t (id int)', T, async (from, to) => {
    await to.db.sql.unsafe(`
      create aggregate public.total(int) (sfunc = int4pl, stype = int);
      create type public.period as range (subtype = date);
      comment on aggregate public.total(int) is 'sum'; create publication p for table public.t`)
    const honest = diff(from.catalog, to.catalog)
    expect(await prove({ from: from.catalog, to, plan: honest, scratch })).toEqual({ tables: 1, empty: [] })
  })
})

test('made-up rows that a new rule refuses are no fault of the plan: the table is proved without, and named', async () => {
  const a = 'create table public.t (id int); create table public.u (id int)'
  const b = 'create table public.t (id int check (id > 100)); create table public.u (id int)'
  const add = plan(['alter table public.t add constraint t_id_check check (id > 100)'])
  expect(await proved(a, b, add)).toEqual({ tables: 2, empty: ['"public"."t"'] })
})

test('every kind of table gets rows: partitions of each kind and level, defaults, checks, keys that point at others', async () => {
  const statements = `
    create type public.mood as enum ('sad', 'ok');
    create domain public.positive as int check (value > 0);
    create schema "Odd.Name";
    create table "Odd.Name"."a b" ("c;d" text primary key, m public.mood not null, p public.positive not null, j jsonb not null);
    create table public.points (id bigint generated always as identity primary key, at text not null references "Odd.Name"."a b", twice text generated always as (at || 'x') stored);
    create table public.big (n int not null check (n >= 1000), u uuid not null, i inet, b bytea, d numeric(10,2));
    create table public.r (id bigint not null, at timestamptz not null) partition by range (at);
    create table public.r_old partition of public.r for values from (minvalue) to ('2020-01-01');
    create table public.r_1 partition of public.r for values from ('2025-01-01') to ('2025-02-01') partition by list (id);
    create table public.r_1_7 partition of public.r_1 for values in (7);
    create table public.r_1_rest partition of public.r_1 default;
    create table public.r_rest partition of public.r default;
    create table public.l (c text not null) partition by list (c);
    create table public.l_de partition of public.l for values in ('DE', 'AT');
    create table public.h (id int not null) partition by hash (id);
    create table public.h_0 partition of public.h for values with (modulus 3, remainder 0);
    create table public.h_1 partition of public.h for values with (modulus 3, remainder 1);
    create table public.h_2 partition of public.h for values with (modulus 3, remainder 2)`
  await withSource(source(statements), { scratch }, async ({ db, catalog }) =>
    db.withSession(async (session) => {
      expect(await sampleRows(session, catalog, new Set())).toEqual([])
      const counts = await countRows(session, catalog)
      const empty = [...counts].filter(([, { rows }]) => rows === 0).map(([key]) => nameIn(key))
      expect(empty).toEqual([])
    }),
  )
})
