import { describe, expect, it } from 'vitest'
import type { PlanStatement } from '../../../src/diff/index.ts'
import { testDatabase } from '../../support/index.ts'
import { convergence } from './converge.ts'

const { a, expectConverges, expectGoesOn } = convergence(testDatabase(), testDatabase())

/** Three levels: two leaves below m, one beside it. */
const TREE = `
  create table m (id bigint not null, a int not null, b text, c text) partition by range (a);
  create table m_1 partition of m for values from (0) to (100) partition by list (b);
  create table m_1_x partition of m_1 for values in ('x');
  create table m_1_rest partition of m_1 default;
  create table m_2 partition of m for values from (100) to (200);`
const rows = `insert into m select g, g % 200, case g % 2 when 0 then 'x' else 'y' end, 'c' || g from generate_series(0, 999) g;`
const keeps = 'select * from m order by id'

const sqlOf = (statements: readonly PlanStatement[]) => statements.map(({ sql }) => sql)

describe('an index of a partitioned table', () => {
  it('is built leaf by leaf without locking, at three levels', async () => {
    const statements = await expectConverges({
      from: TREE,
      to: `${TREE} create index m_c on m (c);`,
      rows,
      keeps,
    })
    const text = sqlOf(statements)
    expect(text[0]).toMatch(/^CREATE INDEX "m_c" ON ONLY "public"."m"/)
    expect(text.filter((sql) => sql.startsWith('CREATE INDEX CONCURRENTLY'))).toHaveLength(3)
    expect(text.filter((sql) => sql.includes('ATTACH PARTITION'))).toHaveLength(4)
  })

  it('is replaced beside the old one', async () => {
    await expectConverges({
      from: `${TREE} create index m_c on m (c);`,
      to: `${TREE} create index m_c on m (c, a) where a > 5;`,
      rows,
      keeps,
    })
  })

  it('is replaced by runs that are stopped after each statement, and nothing is built twice', async () => {
    const done = await expectGoesOn({
      from: `${TREE} create index m_c on m (c); comment on index m_c is 'x';`,
      to: `${TREE} create index m_c on m (c, a) where a > 5; comment on index m_c is 'x';`,
      rows,
      keeps,
    })
    expect(done.filter((sql) => sql.startsWith('CREATE INDEX CONCURRENTLY'))).toHaveLength(3)
    expect(done.filter((sql) => sql.startsWith('CREATE INDEX') && sql.includes(' ON ONLY '))).toHaveLength(2)
    expect(done.filter((sql) => sql.startsWith('DROP INDEX'))).toHaveLength(1)
    expect(await a`select obj_description('m_c'::regclass) as comment`).toEqual([{ comment: 'x' }])
  })

  it('whose replacement was half built is another one now: what was built goes', async () => {
    const half = `create index m_c on m (c); create index m_c_new on only m (c, a); create index m_2_c_a_idx on m_2 (c, a);
      alter index m_c_new attach partition m_2_c_a_idx; create index m_1_x_c_a_idx on m_1_x (c, a);`
    await expectConverges({
      from: `${TREE} ${half}`,
      to: `${TREE} create index m_c on m (c, b);`,
      rows,
      keeps,
    })
    await expectConverges({ from: `${TREE} ${half}`, to: `${TREE} create index m_c on m (c);`, rows, keeps })
    const statements = await expectConverges({
      from: `${TREE} ${half} update pg_index set indisvalid = false where indexrelid = 'm_1_x_c_a_idx'::regclass;`,
      to: `${TREE} create index m_c on m (c, a);`,
      rows,
      keeps,
    })
    expect(sqlOf(statements).filter((sql) => sql.startsWith('CREATE INDEX CONCURRENTLY'))).toHaveLength(2)
  })

  it('is dropped', async () => {
    const [drop] = await expectConverges({ from: `${TREE} create index m_c on m (c);`, to: TREE, rows })
    expect(drop!.locks.map(({ relation }) => relation).sort()).toEqual([
      'm',
      'm_1',
      'm_1_rest',
      'm_1_x',
      'm_2',
    ])
  })

  it('of which parts are missing gets only those', async () => {
    const statements = await expectConverges({
      from: `${TREE} create index m_c on only m (c); create index mine on m_2 (c); alter index m_c attach partition mine;
        create index loose on m_1_x (c);`,
      to: `${TREE} create index m_c on m (c);`,
      rows,
      keeps,
    })
    expect(sqlOf(statements).filter((sql) => sql.startsWith('CREATE INDEX CONCURRENTLY'))).toHaveLength(1)
  })

  it('takes over the ones that leaves have already', async () => {
    const statements = await expectConverges({
      from: `${TREE} create index own on m_2 (c);`,
      to: `${TREE} create index m_c on m (c);`,
      rows,
    })
    expect(sqlOf(statements).filter((sql) => sql.startsWith('CREATE INDEX CONCURRENTLY'))).toHaveLength(2)
  })

  it('goes, and one leaf keeps its own', async () => {
    await expectConverges({
      from: `${TREE} create index m_c on m (c);`,
      to: `${TREE} create index m_2_c_idx on m_2 (c);`,
      rows,
    })
  })
})

describe('an index of one leaf', () => {
  it('is built concurrently, replaced, and dropped concurrently', async () => {
    const [build] = await expectConverges({ from: TREE, to: `${TREE} create index i on m_2 (c);`, rows })
    expect(build!.runs).toBe('alone')
    await expectConverges({
      from: `${TREE} create index i on m_2 (c);`,
      to: `${TREE} create index i on m_2 using brin (c) with (pages_per_range = 8);`,
    })
    const done = await expectGoesOn({
      from: `${TREE} create index i on m_2 (c);`,
      to: `${TREE} create index i on m_2 (c, a);`,
    })
    expect(done.filter((sql) => sql.startsWith('CREATE INDEX'))).toHaveLength(1)
    const [drop] = await expectConverges({ from: `${TREE} create index i on m_2 (c);`, to: TREE })
    expect(drop!.sql).toMatch(/^DROP INDEX CONCURRENTLY/)
  })

  it('gets parameters, statistics and the CLUSTER mark without being built anew', async () => {
    const statements = await expectConverges({
      from: `${TREE} create index i on m_2 (lower(c)) with (fillfactor = 80);`,
      to: `${TREE} create index i on m_2 (lower(c)) with (deduplicate_items = off); alter index i alter column 1 set statistics 500; alter table m_2 cluster on i;`,
    })
    expect(sqlOf(statements).join()).not.toContain('CREATE INDEX')
  })

  it('that is invalid is built again', async () => {
    await expectConverges({
      from: `create table t (a int); create index i on t (a); update pg_index set indisvalid = false where indexrelid = 'i'::regclass;`,
      to: 'create table t (a int); create index i on t (a);',
    })
  })
})

describe('names of leaf indexes', () => {
  it('are at most 63 bytes and never taken ones', async () => {
    const long = 'ü'.repeat(31)
    const tree = `create table "${long}" (a int, b int) partition by range (a);
      create table "${long.slice(1)}" partition of "${long}" for values from (0) to (1);
      create table "m_c_idx" (x int);`
    await expectConverges({ from: tree, to: `${tree} create index "${long.slice(2)}i" on "${long}" (b);` })
  })
})

describe('constraints of a partitioned table', () => {
  it('primary key and unique: concurrently on each leaf', async () => {
    const statements = await expectConverges({
      from: TREE.replace('b text', 'b text not null'),
      to: `${TREE.replace('b text', 'b text not null')} alter table m add primary key (id, a, b); alter table m add constraint u unique (c, a, b) ;`,
      rows,
      keeps,
    })
    const text = sqlOf(statements)
    expect(text.filter((sql) => sql.startsWith('CREATE UNIQUE INDEX CONCURRENTLY'))).toHaveLength(6)
    expect(text.filter((sql) => sql.includes('ALTER TABLE ONLY'))).toHaveLength(4)
  })

  it('primary key and unique, changed: built beside, then one transaction that reads no row', async () => {
    const base = TREE.replace('b text', 'b text not null')
    const keys = (one: string, two: string) =>
      `${base} alter table m add constraint m_pkey primary key (${one}); alter table m add constraint u unique (${two});`
    const change = { from: keys('id, a, b', 'a, b, id'), to: keys('b, a, id', 'id, b, a, c'), rows, keeps }
    const statements = await expectConverges(change)
    const isDrop = ({ sql }: PlanStatement) => sql.includes('DROP CONSTRAINT')
    const swap = statements.slice(statements.findIndex(isDrop))
    expect(statements.filter(({ sql }) => sql.startsWith('CREATE UNIQUE INDEX CONCURRENTLY'))).toHaveLength(6)
    expect(swap.some(({ sql, runs }) => runs === 'alone' && sql.includes('ATTACH'))).toBe(false)
    expect(swap[0]!.locks.map(({ relation, mode }) => `${relation} ${mode}`).sort()).toEqual(
      ['m', 'm_1', 'm_1_rest', 'm_1_x', 'm_2'].map((name) => `${name} ACCESS EXCLUSIVE`),
    )
    const done = await expectGoesOn(change)
    expect(done.filter((sql) => sql.startsWith('CREATE UNIQUE INDEX CONCURRENTLY'))).toHaveLength(6)
  })

  it('CHECK: NOT VALID, then VALIDATE', async () => {
    const statements = await expectConverges({
      from: TREE,
      to: `${TREE} alter table m add constraint positive check (id >= 0);`,
      rows,
    })
    expect(sqlOf(statements)).toEqual([
      'ALTER TABLE "public"."m" ADD CONSTRAINT "positive" CHECK ((id >= 0)) NOT VALID',
      'ALTER TABLE "public"."m" VALIDATE CONSTRAINT "positive"',
    ])
  })

  it('CHECK: changed and dropped', async () => {
    await expectConverges({
      from: `${TREE} alter table m add constraint positive check (id >= 0);`,
      to: `${TREE} alter table m add constraint positive check (id >= -1);`,
      rows,
    })
    await expectConverges({
      from: `${TREE} alter table m add constraint positive check (id >= 0);`,
      to: TREE,
    })
  })

  it('foreign keys, in both directions', async () => {
    const base = 'create table u (id bigint primary key); insert into u select generate_series(0, 999);'
    await expectConverges({
      from: base + TREE,
      to: `${base + TREE} alter table m add constraint f foreign key (id) references u (id);`,
      rows,
      keeps,
    })
    const keyed = `${TREE.replace('b text', 'b text not null')} alter table m add primary key (id, a, b);`
    const other = 'create table o (id bigint, a int, b text);'
    await expectConverges({
      from: keyed + other,
      to: `${keyed + other} alter table o add constraint f foreign key (id, a, b) references m (id, a, b);`,
      rows,
    })
  })

  it('of one leaf only', async () => {
    await expectConverges({
      from: TREE,
      to: `${TREE} alter table m_2 add constraint lc check (c <> ''); alter table m_2 add constraint lu unique (id);`,
      rows,
    })
  })
})
