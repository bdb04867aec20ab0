import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgMaterializedView,
  pgPolicy,
  pgSchema,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { scratchOn } from '../../../src/migrate/index.ts'
import {
  columnOptions,
  comment,
  extension,
  hashPartitions,
  includeIndex,
  materialized,
  maxValue,
  minValue,
  partitionBy,
  rangePartitions,
  sqlObject,
  statistics,
  storage,
  uniqueIndex,
} from '../../../src/schema/index.ts'
import { type Generating, generate } from '../../support/generate.ts'
import { testDatabase } from '../../support/index.ts'
import { migrationsOn } from '../migrate/fixture.ts'

/** Names with spaces, dots and quotes, and objects whose names sort against what they need. */
function oddities() {
  const s = pgSchema('My Schema.x')
  const kind = s.enum('Kind', ['a b', "c'd"])
  const zip = customType<{ data: string }>({ dataType: () => 'public.zip' })
  const a = s.table(
    'Order Lines',
    {
      id: integer('Id').primaryKey(),
      parent: integer().references((): AnyPgColumn => a.id),
      b: integer('b b'),
      k: kind('the kind').array(),
      z: zip(),
      g: integer().generatedAlwaysAs(sql`"Id" * 2`),
      n: numeric({ precision: 10, scale: 2 }).default('1.50'),
    },
    (t) => [
      foreignKey({ columns: [t.b], foreignColumns: [b.id], name: 'a to b' }),
      includeIndex('Weird "q"; index').on(t.b.desc().nullsFirst()).include(t.g),
      columnOptions(t.z, { storage: 'main' }),
      comment(t.b, "x;y -- ' $$"),
      statistics('my stats').on(t.b, t.g),
    ],
  )
  const b = pgTable(
    'b',
    {
      id: integer().primaryKey(),
      a: integer().references((): AnyPgColumn => a.id),
      doc: jsonb(),
      c: varchar({ length: 20 }),
    },
    (t) => [
      index().using('gin', t.doc.op('jsonb_path_ops')),
      includeIndex('b_gin')
        .using('gin', (t.doc as never as { op(x: string): typeof t.doc }).op('jsonb_path_ops'))
        .options({ fastupdate: false }),
      includeIndex('trg').on(t.c.op('varchar_pattern_ops')),
      storage({ unlogged: false, tablespace: 'pg_default' }),
    ],
  )
  const p = pgTable(
    'p',
    {
      id: uuid().notNull().defaultRandom(),
      n: bigint({ mode: 'bigint' }).notNull(),
      at: timestamp({ withTimezone: true, precision: 3 }),
    },
    (t) => [
      partitionBy.hash(t.n, t.id),
      primaryKey({ columns: [t.id, t.n] }),
      storage({ unlogged: true, fillfactor: 50 }),
      pgPolicy('see', { for: 'select', to: 'public', using: sql`n > 0` }),
    ],
  )
  const pp = hashPartitions(p, {
    modulus: 2,
    subpartitionBy: {
      range: 'n',
      partitions: { low: { from: minValue, to: 10n }, high: { from: 10n, to: maxValue } },
    },
  })
  const r = pgTable('r', { a: integer().notNull(), b: text().notNull() }, (t) => [
    partitionBy.range(t.a, t.b),
  ])
  const rp = rangePartitions(r, {
    by: ['a', 'b'],
    partitions: { r1: { from: [1, minValue], to: [2, 'm'] }, r2: 'default' },
  })
  const m1 = pgMaterializedView('m1', { id: integer('id'), n: integer() })
    .tablespace('pg_default')
    .with({ fillfactor: 80 })
    .as(sql`with x as (select id, 1 as n from b) select * from x`)
  const m0 = pgMaterializedView('m0')
    .withNoData()
    .as((qb) => qb.select({ id: m1.id }).from(m1))
  const m1r = materialized(m1, {
    indexes: (v) => [
      uniqueIndex('m1_k')
        .on(v.id)
        .where(sql`${v.n} > 0`)
        .options({ fillfactor: 70 })
        .tablespace('pg_default'),
    ],
  })
  return {
    s,
    kind,
    a,
    b,
    p,
    pp,
    r,
    rp,
    m0,
    m1,
    m1r,
    d: sqlObject('zip', 'create domain zip text check (public.is_zip(value))'),
    f: sqlObject(
      'is_zip',
      `create function public.is_zip(v text) returns boolean language sql immutable as 'select v ~ ''^[0-9]+$'''`,
    ),
    o1: sqlObject('o1', 'create function f(a integer, out b text) language sql as $$ select a::text $$'),
    o2: sqlObject(
      'o2',
      'create function f(variadic a text[]) returns setof b language sql as $$ select * from b $$',
    ),
    o3: sqlObject('o3', 'create function f(a pair) returns table (x int) language sql as $$ select 1 $$'),
    o4: sqlObject(
      'o4',
      'create procedure pr(in a int, inout b numeric(10,2)) language plpgsql as $$ begin b := a; end $$',
    ),
    t: sqlObject('pair', 'create type pair as (a int, b "My Schema.x"."Kind")'),
    g1: sqlObject('g1', 'grant usage on schema "My Schema.x" to public'),
    g2: sqlObject('g2', 'grant select (id, doc), insert on b to public'),
    g3: sqlObject('g3', 'grant all on all tables in schema public to public'),
    c1: sqlObject('c1', `comment on function f(integer) is 'it''s'`),
    c2: sqlObject('c2', `comment on constraint "a to b" on "My Schema.x"."Order Lines" is 'x'`),
    c3: sqlObject('c3', `comment on schema "My Schema.x" is 'x'`),
    tr: sqlObject(
      'tr',
      'create trigger "T r" before insert or update of n on p for each row when (new.n > 5) execute function tf()',
    ),
    tf: sqlObject(
      'tf',
      'create or replace function tf() returns trigger language plpgsql as $$ begin return new; end $$',
    ),
    ru: sqlObject('ru', 'create rule no_del as on delete to b do instead nothing'),
    po: sqlObject(
      'po',
      'create policy po on b as restrictive for update to public using (is_zip(c)) with check (true)',
    ),
    v1: sqlObject(
      'v1',
      'create view v1 with (security_barrier) as select * from v2 union select id from m1x',
    ),
    v2: sqlObject('v2', 'create or replace view v2 as with m1x as (select 1) select id from b'),
    v3: pgView('m1x').as((qb) => qb.select({ id: b.id }).from(b)),
    x: extension('hstore'),
    x2: extension('btree_gist'),
  }
}

const target = testDatabase()
const { observer, project } = migrationsOn(target)

const left = async () =>
  observer()`select relname::text as name from pg_class c join pg_namespace n on n.oid = relnamespace
              where nspname in ('public', 'My Schema.x')
                and not exists (select from pg_depend d where d.objid = c.oid and deptype = 'e')`

test('odd names and crossed needs: made from nothing, taken back, dropped as a change', async () => {
  const { folder, up, down } = project({})
  const options: Generating = {
    scratch: scratchOn(target, { makesRoles: true }),
    folder,
    now: Date.UTC(2025, 0, 1),
    allow: ['drop', 'lock'],
  }
  const first = await generate(oddities(), options)
  expect(first?.noWayBack).toEqual([])
  await up()
  expect(await generate(oddities(), options)).toBeUndefined()
  await down({ allowDataLoss: true })
  expect(await left()).toEqual([])

  await up()
  expect((await left()).length).toBeGreaterThan(20)
  const gone = await generate({}, options)
  expect(gone?.downSql).toBeUndefined()
  expect(gone?.noWayBack.join()).toContain('gone')
  await up()
  expect(await left()).toEqual([])
})
