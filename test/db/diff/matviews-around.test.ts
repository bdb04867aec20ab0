import { describe, expect, it } from 'vitest'
import { testDatabase } from '../../support/index.ts'
import { convergenceOn, rulesOf, sqlOf } from './converge.ts'

const { converges, query } = convergenceOn(testDatabase())

const BASE = `
  create table public.t (a int primary key, b text, c int);
  insert into public.t select n, 'v' || n % 3, n * 2 from generate_series(1, 12) n;`

const rows = async (view: string) =>
  (await query<{ n: number }>(`select count(*)::int as n from ${view}`))[0]!.n
const populated = async (view: string) =>
  (
    await query<{ is: boolean }>(`select relispopulated as is from pg_class where oid = '${view}'::regclass`)
  )[0]!.is

describe('what stays', () => {
  it('an unchanged one over an unpopulated one', async () => {
    const plan = await converges({
      from: `${BASE} create materialized view m as select a from t with no data; create materialized view m2 as select a from m with no data;`,
      to: `${BASE} create materialized view m as select a, b from t; create materialized view m2 as select a from m;`,
    })
    expect(await populated('m2')).toBe(false)
    expect(plan.statements.every(({ runs }) => runs === 'transaction')).toBe(true)
  })

  it('its rows, when it is only populated or not', async () => {
    const plan = await converges({
      from: `${BASE} create materialized view m as select a from t with no data;`,
      to: `${BASE} create materialized view m as select a from t;`,
    })
    expect(plan.statements).toEqual([])
  })

  it('its rows, when only indexes change', async () => {
    const plan = await converges({
      from: `${BASE} create materialized view m as select a, b from t; create index i on m (b);`,
      to: `${BASE} create materialized view m as select a, b from t; create index i on m (b desc); create unique index k on m (a);`,
    })
    expect(sqlOf(plan).filter((s) => s.includes('MATERIALIZED VIEW'))).toEqual([])
  })

  it('its rows, when only options change', async () => {
    const plan = await converges({
      from: `${BASE} create materialized view m with (fillfactor = 70, autovacuum_enabled = off) as select b from t;`,
      to: `${BASE} create materialized view m with (fillfactor = 90, toast.autovacuum_enabled = off) as select b from t;`,
    })
    expect(sqlOf(plan).every((s) => s.startsWith('ALTER MATERIALIZED VIEW'))).toBe(true)
  })

  it('nothing to do', async () => {
    const text = `${BASE} create materialized view m as select a from t; create view v as select * from m;`
    expect((await converges({ from: text, to: text })).statements).toEqual([])
  })
})

describe('one that is new', () => {
  it('is filled without a hazard', async () => {
    const plan = await converges({
      from: BASE,
      to: `${BASE} create materialized view m as select a from t; create unique index on m (a); create materialized view n as select * from m;`,
    })
    expect(rulesOf(plan)).toEqual([])
    expect(await rows('n')).toBe(12)
  })

  it('is not filled where it is declared so', async () => {
    await converges({ from: BASE, to: `${BASE} create materialized view m as select a from t with no data;` })
    expect(await populated('m')).toBe(false)
  })

  it('is not filled over one that never was', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a from t with no data;`,
      to: `${BASE} create materialized view m as select a from t; create view v as select a from m; create materialized view n as select a from v;`,
    })
    expect(await populated('n')).toBe(false)
  })
})

describe('a change underneath', () => {
  it("of a column's type drops it and fills it again", async () => {
    const views = `create view v as select a, c from t; create materialized view m as select sum(c) from v; create index on m (sum);
      create materialized view never as select c from t with no data; comment on materialized view m is 'back';`
    const plan = await converges({
      from: `${BASE} ${views}`,
      to: `create table public.t (a int primary key, b text, c numeric); ${views}`,
    })
    expect((await query('select sum::int as n from m'))[0]).toEqual({ n: 156 })
    expect(await populated('never')).toBe(false)
    expect(rulesOf(plan)).toContain('drop-matview')
    expect(plan.statements.flatMap(({ hazards }) => hazards.map(({ text }) => text)).join()).toMatch(
      /m stands in the way .* until that is done and it is made and filled again/,
    )
  })

  it('of a view that gets a column keeps its rows, and says that they are old', async () => {
    const plan = await converges({
      from: `${BASE} create view v as select a from t; create materialized view m as select a from v;`,
      to: `${BASE} create view v as select a, b from t where a > 1; create materialized view m as select a from v;`,
    })
    expect(rulesOf(plan)).toEqual(['matview-stale'])
  })

  it('of a view that loses a column makes it anew', async () => {
    await converges({
      from: `${BASE} create view v as select a, b from t; create materialized view m as select a from v; create unique index on m (a);`,
      to: `${BASE} create view v as select a from t; create materialized view m as select a from v; create unique index on m (a);`,
    })
    expect(await rows('m')).toBe(12)
  })

  it('drops it for good with a hazard that must be allowed', async () => {
    const plan = await converges({ from: `${BASE} create materialized view m as select a from t;`, to: BASE })
    expect(plan.statements[0]!.hazards).toMatchObject([{ rule: 'drop-matview', severity: 'drop' }])
  })
})
