import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../src/diff/index.ts'
import { testDatabase } from '../../support/index.ts'
import { convergenceOn, rulesOf, sqlOf } from './converge.ts'

const { converges, refuses, returns, query } = convergenceOn(testDatabase())

const BASE = `
  create table public.t (a int primary key, b text, c int);
  insert into public.t select n, 'v' || n % 3, n * 2 from generate_series(1, 12) n;`

const rows = async (view: string) =>
  (await query<{ n: number }>(`select count(*)::int as n from ${view}`))[0]!.n
const populated = async (view: string) =>
  (
    await query<{ is: boolean }>(`select relispopulated as is from pg_class where oid = '${view}'::regclass`)
  )[0]!.is
/** Changes when a relation is made anew. */
const oid = (plan: Plan, name: string) =>
  sqlOf(plan).some((s) => s.startsWith(`CREATE MATERIALIZED VIEW "public"."${name}`))
const leftovers = () =>
  query(`select relname from pg_class where relname like '%\\_\\_new%' or relname like '%\\_\\_old%'`)

describe('a changed query', () => {
  it('is built beside and swapped in', async () => {
    const plan = await converges({
      from: `${BASE} create materialized view m as select a, b from t; create unique index m_a on m (a);`,
      to: `${BASE} create materialized view m as select a, b, c from t where a > 2; create unique index m_a on m (a);`,
    })
    expect(await rows('m')).toBe(10)
    expect(sqlOf(plan)[0]).toMatch(/^CREATE MATERIALIZED VIEW "public"."m__new" AS\n/)
    expect(plan.statements[0]).toMatchObject({
      runs: 'alone',
      statementTimeout: undefined,
      locks: [{ relation: 't', mode: 'ACCESS SHARE' }],
    })
    expect(rulesOf(plan)).toEqual(['matview-rebuild'])
    expect(await leftovers()).toEqual([])
    await query('refresh materialized view concurrently m')
  })

  it('of one that was never filled stays so', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a from t with no data; create index i on m (a);`,
      to: `${BASE} create materialized view m as select a, b from t; create index i on m (a);`,
    })
    expect(await populated('m')).toBe(false)
  })

  it('keeps what plain views over it show, without dropping them', async () => {
    const views = `create view v as select b, count(*) from m group by b; create view w as select * from v;`
    const plan = await converges({
      from: `${BASE} create materialized view m as select a, b from t; ${views}`,
      to: `${BASE} create materialized view m as select a, b from t where a <= 6; ${views}`,
    })
    expect((await query('select sum(count)::int as n from w'))[0]).toEqual({ n: 6 })
    expect(sqlOf(plan).filter((s) => s.startsWith('DROP VIEW'))).toEqual([])
  })

  it('rebuilds those that read it directly, and not those behind a view', async () => {
    const rest = `create materialized view m2 as select b, count(*) n from m group by b;
      create view v as select * from m2; create materialized view m3 as select sum(n) from v; create unique index m2_b on m2 (b);`
    const plan = await converges({
      from: `${BASE} create materialized view m as select a, b from t; ${rest}`,
      to: `${BASE} create materialized view m as select a, b from t where a <= 6; ${rest}`,
    })
    expect(oid(plan, 'm2__new')).toBe(true)
    expect(oid(plan, 'm3')).toBe(false)
    expect((await query('select sum(n)::int as n from m2'))[0]).toEqual({ n: 6 })
    expect((await query('select sum(n)::int as n from v'))[0]).toEqual({ n: 6 })
    expect(await leftovers()).toEqual([])
    await query('refresh materialized view concurrently m2')
  })

  it('of several in a chain through a plain view', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a, b from t; create view v as select a, b from m;
        create materialized view m2 as select b, count(*) n from v group by b; create index on m2 (n);`,
      to: `${BASE} create materialized view m as select a, b, c from t where a <= 6; create view v as select a, b, c from m;
        create materialized view m2 as select b, sum(c) n from v group by b; create index on m2 (n);`,
    })
    expect((await query('select sum(n)::int as n from m2'))[0]).toEqual({ n: 42 })
  })

  it('of two that a third reads', async () => {
    const third = `create materialized view z as select x.a from x join y using (a); create unique index on z (a);`
    await converges({
      from: `${BASE} create materialized view x as select a from t; create materialized view y as select a from t; ${third}`,
      to: `${BASE} create materialized view x as select a from t where a > 3; create materialized view y as select a from t where a < 8; ${third}`,
    })
    expect(await rows('z')).toBe(4)
  })

  it('takes a column away that a view over it showed', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a, b, c from t; create view v as select a, c from m;
        create materialized view m2 as select * from v;`,
      to: `${BASE} create materialized view m as select a, b from t; create view v as select a from m;
        create materialized view m2 as select * from v;`,
    })
    expect(await rows('m2')).toBe(12)
  })

  it('lets go of a column of the table', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a, c from t; create view v as select a from m;`,
      to: `create table public.t (a int primary key, b text); insert into t select n, 'x' from generate_series(1, 3) n;
        create materialized view m as select a from t; create view v as select a from m;`,
    })
    expect(await rows('v')).toBe(12)
  })

  it('reads a column that the same plan adds', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a from t;`,
      to: `create table public.t (a int primary key, b text, c int, d int); create materialized view m as select a, d from t;`,
    })
    expect(await rows('m')).toBe(12)
  })

  it('while a view over it is dropped for good', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a, b from t; create view v as select b from m;`,
      to: `${BASE} create materialized view m as select a from t;`,
    })
  })

  it('while another view over it is new', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a from t;`,
      to: `${BASE} create materialized view m as select a, b from t; create view v as select b from m; create materialized view m2 as select * from m;`,
    })
    expect(await rows('m2')).toBe(12)
  })

  it('with its indexes changed, too', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a, b from t; create unique index k on m (a); create index gone on m (b); create index other on m (b);`,
      to: `${BASE} create materialized view m as select a, c from t; create unique index k on m (a); create index fresh on m (c); create index other on m (c desc) where c > 1;`,
    })
    expect(await leftovers()).toEqual([])
  })

  it('with grants and comments on it, its columns and its indexes', async () => {
    const say = `create index m_i on m (a); grant select on m to public; grant select (a) on m to pg_monitor;
      comment on materialized view m is 'it''s \\ here'; comment on column m.a is 'key'; comment on index m_i is 'fast';`
    await converges({
      from: `${BASE} create materialized view m as select a from t; ${say}`,
      to: `${BASE} create materialized view m as select a + 1 as a from t; ${say}`,
    })
  })

  it('with grants and comments that change, too', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a from t; grant select on m to public; comment on materialized view m is 'one'; comment on column m.a is 'gone';`,
      to: `${BASE} create materialized view m as select a + 1 as a from t; grant select on m to pg_monitor with grant option; comment on materialized view m is 'two';`,
    })
  })

  it('with statistics, a clustered index and storage parameters', async () => {
    const more = `create index m_a on m (a); alter materialized view m cluster on m_a;`
    await converges({
      from: `${BASE} create materialized view m with (fillfactor = 70) as select a, b from t; ${more}`,
      to: `${BASE} create materialized view m with (fillfactor = 80, autovacuum_enabled = false) as select a, b, c from t; ${more}`,
    })
  })

  it('under names with quotes, dots, blanks and semicolons', async () => {
    const names = (query: string) => `create schema "a.b"; ${BASE}
      create materialized view "a.b"."m ""x""; y" as ${query}; create unique index "i ""; drop" on "a.b"."m ""x""; y" ("k .");
      create view "a.b"."v;" as select * from "a.b"."m ""x""; y"; create materialized view "M2" as select "k ." from "a.b"."m ""x""; y";`
    await converges({
      from: names('select a as "k .", b from t'),
      to: names('select a as "k .", b from t where a > 1'),
    })
    expect(await rows('"M2"')).toBe(11)
  })

  it('under a name as long as names can be', async () => {
    const long = 'm'.repeat(63)
    const text = (query: string) =>
      `${BASE} create materialized view ${long} as ${query}; create index ${'i'.repeat(62)}1 on ${long} (a); create index ${'i'.repeat(62)}2 on ${long} (a);`
    await converges({ from: text('select a from t'), to: text('select a from t where a > 1') })
    expect(await leftovers()).toEqual([])
  })

  it('with dependents in other schemas', async () => {
    const rest = `create schema s; create view s.v as select a from public.m; create materialized view s.m as select a from public.m;
      create view s.w as select * from s.m;`
    await converges({
      from: `${BASE} create materialized view m as select a from t; ${rest}`,
      to: `${BASE} create materialized view m as select a from t where a < 5; ${rest}`,
    })
    expect(await rows('s.w')).toBe(4)
  })

  it('with functions, rules and policies that read it', async () => {
    const rest = `create function f() returns bigint begin atomic select count(*) from m; end;
      create table u (a int); alter table u enable row level security; create policy p on u using (a in (select a from m));
      create rule r as on insert to u do also select * from m;`
    await converges({
      from: `${BASE} create materialized view m as select a from t; ${rest}`,
      to: `${BASE} create materialized view m as select a from t where a < 5; ${rest}`,
    })
    expect((await query('select f()::int as n'))[0]).toEqual({ n: 4 })
  })

  it('leaves it and its readers readable at every moment', async () => {
    const rest = `create view v as select a from m; create materialized view m2 as select a from m; create view w as select a from m2;
      create materialized view m3 as select a from w; create materialized view m4 as select m2.a from m2 join m using (a); create view x as select * from m4;`
    const plan = await converges({
      from: `${BASE} create materialized view m as select a from t; ${rest}`,
      to: `${BASE} create materialized view m as select a, b from t where a < 5; ${rest.replace('v as select a', 'v as select a, b')}`,
      always: ['m', 'v', 'm2', 'w', 'm3', 'm4', 'x'],
    })
    expect(plan.statements.filter(({ runs }) => runs === 'alone')).toHaveLength(3)
    expect(await rows('x')).toBe(4)
    expect(await rows('m3')).toBe(12)
  })

  it('that changes the type of a column leaves its views there while it is filled', async () => {
    const rest = `create view v as select a from m; create view w as select a from v; create materialized view m2 as select a from w; create unique index on m2 (a);`
    const plan = await converges({
      from: `${BASE} create materialized view m as select a from t; ${rest}`,
      to: `${BASE} create materialized view m as select a::numeric as a from t; ${rest}`,
    })
    const at = (start: string) => sqlOf(plan).findIndex((s) => s.startsWith(start))
    expect(at('CREATE MATERIALIZED VIEW "public"."m__new"')).toBe(0)
    expect(at('DROP VIEW "public"."v"')).toBeGreaterThan(0)
    expect(await rows('m2')).toBe(12)
  })

  it('of two chains that meet in a plain view', async () => {
    const rest = `create view v as select x.a, y.a as b from x join y using (a); create materialized view z as select * from v; create view zz as select z.a, x.a as b from z, x;`
    await converges({
      from: `${BASE} create materialized view x as select a from t; create materialized view y as select a from t; ${rest}`,
      to: `${BASE} create materialized view x as select a from t where a > 3; create materialized view y as select a from t where a < 8; ${rest}`,
      always: ['x', 'y', 'v', 'z', 'zz'],
    })
    expect(await rows('v')).toBe(4)
  })

  it('of two that a view reads, one of them through another view', async () => {
    const text = (
      where: string,
      more: string,
    ) => `${BASE} create materialized view z as select a from t ${where};
      create view v1 as select a from z; create materialized view y as select a ${more} from v1; create view v as select z.a ${more && ', y.b'} from z join y using (a);`
    await converges({
      from: text('', ''),
      to: text('where a < 4', ', a + 1 as b'),
      always: ['z', 'v1', 'y', 'v'],
    })
    expect(await rows('y')).toBe(3)
  })

  it('of two between which a view has to be made anew', async () => {
    const text = (
      where: string,
      cast: string,
    ) => `${BASE} create materialized view z as select a from t ${where};
      create view v1 as select a${cast} from z; create materialized view y as select a, ${where.length} as n from v1; create view v as select z.a, y.n from z, y where z.a = y.a;`
    await converges({ from: text('', ''), to: text('where a < 4', '::numeric as a') })
    expect(await rows('v')).toBe(3)
  })

  it('while what it reads becomes another table', async () => {
    await converges({
      from: `${BASE} create materialized view m as select a from t; create view v as select * from m;`,
      to: `create table u (a int primary key); create materialized view m as select a from u; create view v as select * from m;`,
    })
    expect(await rows('v')).toBe(0)
  })

  it('where a column has its row for a type is refused', async () => {
    const why = await refuses({
      from: `${BASE} create materialized view m as select a from t; create table u (x m);`,
      to: `${BASE} create materialized view m as select a + 1 as a from t; create table u (x m);`,
    })
    expect(why).toMatch(/its rows would be gone/)
  })

  it('is not changed: its access method and tablespace move it by building it beside', async () => {
    const space = `gigarow_test_${process.pid}`
    await query('set allow_in_place_tablespaces = true')
    await query(`create tablespace ${space} location ''`)
    try {
      const text = (am: string, where: string) =>
        `${BASE} drop access method if exists heap2; create access method heap2 type table handler heap_tableam_handler;
        create materialized view m ${am} ${where} as select a from t; create index i on m (a) ${where}; create view v as select * from m;`
      await converges({ from: text('', ''), to: text('using heap2', `tablespace ${space}`), always: ['v'] })
      const plan = await converges({ from: text('using heap2', `tablespace ${space}`), to: text('', '') })
      expect(rulesOf(plan)).toEqual(['matview-rebuild'])
      const none = (where: string) =>
        `${BASE} create materialized view m ${where} as select a from t with no data;`
      const moved = await converges({ from: none(''), to: none(`tablespace ${space}`) })
      expect(sqlOf(moved)).toEqual([`ALTER MATERIALIZED VIEW "public"."m" SET TABLESPACE "${space}"`])
    } finally {
      await query('drop table t cascade')
      await query('drop access method heap2')
      await query(`drop tablespace ${space}`)
    }
  })

  it('is taken back by the reverses', async () => {
    const rest = `create unique index m_a on m (a); create view v as select a from m; create materialized view m2 as select a from m;
      create index m2_a on m2 (a); comment on materialized view m is 'x'; grant select on m2 to public;`
    const pair = {
      from: `${BASE} create materialized view m as select a from t; ${rest}`,
      to: `${BASE} create materialized view m as select a from t where a < 5; ${rest}`,
    }
    await returns(pair)
    expect(await rows('v')).toBe(12)
    expect(await rows('m2')).toBe(12)
  })
})
