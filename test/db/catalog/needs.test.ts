import { expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool, type Sql, withDatabase } from '../../../src/db/index.ts'
import { testDatabase } from '../../support/index.ts'
import { catalogOn } from './fixture.ts'

const target = testDatabase()
const { catalogOf, sql } = catalogOn(target)

test('a chain of views needs what each uses: tables, columns, functions, types', async () => {
  const { needs } = await catalogOf(`
    create type mood as enum ('sad');
    create table t (id int primary key, a int, unused int, m mood);
    create function twice(int) returns int language sql as 'select $1 * 2';
    create view v1 as select id, twice(a) as a from t;
    create materialized view m1 as select v1.a, null::mood[] as m from v1;
    create view v2 as select count(*) from m1;
    create view grouped as select id, a from t group by id`)
  expect(needs('view "public"."v1"')).toEqual([
    'column "public"."t"."a"',
    'column "public"."t"."id"',
    'routine "public"."twice"(integer)',
    'table "public"."t"',
  ])
  expect(needs('matview "public"."m1"')).toEqual(['enum "public"."mood"', 'view "public"."v1"'])
  expect(needs('view "public"."v2"')).toEqual(['matview "public"."m1"'])
  expect(needs('view "public"."grouped"')).toContain('constraint "public"."t"."t_pkey"')
})

test('columns need their type and what their default calls; a serial sequence forms no cycle', async () => {
  const { needs } = await catalogOf(`
    create type mood as enum ('sad');
    create sequence s;
    create function next_id() returns bigint language sql as 'select 1';
    create table t (id bigint default next_id(), n int default nextval('s'), moods mood[], ser serial,
      g int generated always as (n + ser) stored);
    create table row_of (whole t)`)
  const column = (name: string) => needs(`column "public"."t"."${name}"`)
  expect(column('id')).toEqual(['routine "public"."next_id"()', 'table "public"."t"'])
  expect(column('n')).toEqual(['sequence "public"."s"', 'table "public"."t"'])
  expect(column('moods')).toEqual(['enum "public"."mood"', 'table "public"."t"'])
  expect(column('ser')).toEqual(['sequence "public"."t_ser_seq"', 'table "public"."t"'])
  expect(needs('sequence "public"."t_ser_seq"')).toEqual([])
  expect(column('g')).toEqual(['column "public"."t"."n"', 'column "public"."t"."ser"', 'table "public"."t"'])
  expect(needs('table "public"."t"')).toEqual([])
  expect(needs('column "public"."row_of"."whole"')).toEqual(['table "public"."row_of"', 'table "public"."t"'])
})

test('constraints, indexes, triggers, policies and functions need what they use', async () => {
  const { needs } = await catalogOf(`
    create function positive(int) returns boolean language sql immutable as 'select $1 > 0';
    create function f() returns trigger language plpgsql as 'begin return new; end';
    create table other (id int primary key);
    create table t (a int check (positive(a)), b int constraint fk references other);
    create index expression on t ((positive(b)));
    create trigger tr after update of a on t for each row execute function f();
    create policy p on t using (positive(b) and exists (select from other));
    create function atomic() returns bigint language sql begin atomic select count(a) from t; end;
    create table hashed (a int) partition by list (positive(a))`)
  const t = 'table "public"."t"'
  const [a, b] = ['column "public"."t"."a"', 'column "public"."t"."b"']
  const positive = 'routine "public"."positive"(integer)'
  expect(needs('constraint "public"."t"."t_a_check"')).toEqual([a, positive, t])
  expect(needs('constraint "public"."t"."fk"')).toEqual([
    'column "public"."other"."id"',
    b,
    'index "public"."other_pkey"',
    'table "public"."other"',
    t,
  ])
  expect(needs('index "public"."other_pkey"')).toEqual([
    'column "public"."other"."id"',
    'constraint "public"."other"."other_pkey"',
    'table "public"."other"',
  ])
  expect(needs('index "public"."expression"')).toEqual([b, positive, t])
  expect(needs('trigger "public"."t"."tr"')).toEqual([a, 'routine "public"."f"()', t])
  expect(needs('policy "public"."t"."p"')).toEqual([b, positive, 'table "public"."other"', t])
  expect(needs('routine "public"."atomic"()')).toEqual([a, t])
  expect(needs('table "public"."hashed"')).toEqual([positive])
})

test('what belongs to an extension is hidden, and what uses it needs the extension', async () => {
  const { catalog, get, needs } = await catalogOf(`
    create schema app;
    create extension citext schema app;
    comment on extension citext is 'mine';
    create table t (a app.citext, b app.citext[])`)
  const [{ n } = { n: -1 }] = await sql<{ n: number }[]>`
    select count(*)::int as n from pg_proc where pronamespace = 'app'::regnamespace`
  expect(n).toBeGreaterThan(10)
  expect([...catalog.objects.keys()]).toEqual([
    'schema "app"',
    'extension "citext"',
    'table "public"."t"',
    'column "public"."t"."a"',
    'column "public"."t"."b"',
  ])
  expect(catalog.unknown).toEqual([])
  expect(get('extension', '"citext"').schema).toBe('app')
  expect(needs('extension "citext"')).toEqual(['schema "app"'])
  expect(needs('column "public"."t"."b"')).toEqual(['extension "citext"', 'table "public"."t"'])
  await sql.unsafe('drop extension citext cascade')
})

test('the schema gigarow and temporary tables are not read; of several schemas those that are asked for', async () => {
  const { catalog } = await catalogOf(`
    create schema gigarow; create table gigarow.ledger (id int);
    create temporary table scratch (id int);
    create schema app; create table app.a (id int); create table b (id int)`)
  expect([...catalog.objects.keys()].filter((key) => key.startsWith('table'))).toEqual([
    'table "app"."a"',
    'table "public"."b"',
  ])
  const one = await readCatalog({ sql }, { schemas: ['app'] })
  expect([...one.objects.keys()]).toEqual(['schema "app"', 'table "app"."a"', 'column "app"."a"."id"'])
  await sql.unsafe('drop schema gigarow cascade; drop table scratch')
})

test('the number of statements is the same for one table and for a hundred', async () => {
  await catalogOf('create table t (a int primary key)')
  const one = await statementsOf((pool) => readCatalog({ sql: pool }))
  await catalogOf(`do $$ begin for i in 1 .. 100 loop
    execute format('create table t%s (a int primary key, b serial, c text default now()) partition by list (a)', i);
    execute format('create table t%s_1 partition of t%s default', i, i);
    execute format('create view v%s as select * from t%s', i, i);
  end loop; end $$`)
  expect(await statementsOf((pool) => readCatalog({ sql: pool }))).toBe(one)
  expect(one).toBeLessThan(30)
})

test('a session of the caller does, too, and keeps its settings', async () => {
  await catalogOf('create table t (a int)')
  const session = await sql.reserve()
  try {
    await session.unsafe("set search_path = public; set timezone = 'Asia/Tokyo'")
    expect((await readCatalog(session)).objects.size).toBe(2)
    const [row] = await session.unsafe(
      `select current_setting('search_path') as path, current_setting('timezone') as zone`,
    )
    expect(row).toEqual({ path: 'public', zone: 'Asia/Tokyo' })
    await session.unsafe('reset all')
  } finally {
    session.release()
  }
})

test('a connection that is cut while it reads is an error', async () => {
  await catalogOf('create table t (a int)')
  const read = withDatabase(target, { doing: 'reading', max: 1 }, (db) =>
    readCatalog({
      sql: db.sql,
      withSession: (use) =>
        db.withSession(async (session) => {
          const [row] = await session.unsafe('select pg_backend_pid() as pid')
          await sql`select pg_terminate_backend(${row!.pid})`
          return use(session)
        }),
    }),
  )
  await expect(read).rejects.toThrow(/connection|terminat/i)
})

/** Counted where they leave: every call of unsafe() is one statement, besides BEGIN and COMMIT. */
async function statementsOf(work: (pool: Sql) => Promise<unknown>): Promise<number> {
  const pool = openPool(target, { max: 1, applicationName: 'counted' })
  try {
    let count = 0
    const counted = new Proxy(pool, {
      get: (of, name) =>
        name === 'begin'
          ? (mode: string, use: (sql: Sql) => Promise<unknown>) =>
              of.begin(mode, (tx) =>
                use(
                  new Proxy(tx, {
                    get: (inner, key) => {
                      if (key === 'unsafe') count++
                      return Reflect.get(inner, key)
                    },
                  }) as unknown as Sql,
                ),
              )
          : Reflect.get(of, name),
    })
    await work(counted)
    return count
  } finally {
    await pool.end({ timeout: 5 })
  }
}
