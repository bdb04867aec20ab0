import { beforeEach, expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import type { ColumnFill, Profile } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load, structureOf } from '../../support/load.ts'

const target = testDatabase()
const ROWS = 500
const SCHEMAS = ['public', 'a', 'a.b', 'we"ird; --']

const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))
const run = (ddl: string) => onDatabase((sql) => sql.unsafe(ddl).simple())
const structure = () => onDatabase((sql) => structureOf(sql, SCHEMAS))

beforeEach(() =>
  onDatabase(async (sql) => {
    await sql
      .unsafe(
        `drop schema if exists gigarow, public, a, "a.b", "we""ird; --" cascade;
         create schema public; create schema a; create schema "a.b"; create schema "we""ird; --"`,
      )
      .simple()
  }),
)

const ID: ColumnFill = { name: 'id', type: 'bigint', generator: { kind: 'sequence' } }
const AT: ColumnFill = {
  name: 'at',
  type: 'timestamp',
  generator: { kind: 'timestamp', from: '2025-01-01', to: '2026-01-01' },
}
const fill = (name: string, columns: readonly ColumnFill[], schema = 'public') => ({
  table: { schema, name },
  rows: ROWS,
  columns,
})
const profile = (...tables: Profile['tables']): Profile => ({ name: 'structures', seed: 1, tables })

const CASES: readonly (readonly [what: string, ddl: string, tables: Profile, since: number])[] = [
  [
    'schemas and tables with dots, quotes and semicolons in their names',
    `create table "we""ird; --"."t""a.b; x" ("i d" bigint generated always as identity primary key, "at" timestamp not null);
     create index "i""x; --" on "we""ird; --"."t""a.b; x" ("at")`,
    profile(fill('t"a.b; x', [{ ...ID, name: 'i d' }, AT], 'we"ird; --')),
    14,
  ],
  [
    'indexes whose names with their schemas read alike',
    `create table a.t (id bigint not null, at timestamp not null) partition by range (at);
     create table "a.b".early partition of a.t for values from (minvalue) to ('2025-07-01') partition by range (id);
     create table "a.b".one partition of "a.b".early for values from (minvalue) to (100);
     create table a.two partition of "a.b".early for values from (100) to (maxvalue);
     create table a.late partition of a.t for values from ('2025-07-01') to (maxvalue);
     create index "b.c" on a.t (at); create index c on "a.b".early (id)`,
    profile(fill('t', [ID, AT], 'a')),
    14,
  ],
  [
    'storage parameters of a partitioned key, for the partitions to come',
    `create table t (id bigint not null, at timestamp not null, constraint k primary key (id, at) with (fillfactor = 60) deferrable initially deferred) partition by range (at);
     create table p partition of t for values from (minvalue) to (maxvalue)`,
    profile(fill('t', [ID, AT])),
    14,
  ],
  [
    'two marks of a table on two indexes that are built at the same time',
    `create table t (id bigint not null, at timestamp not null);
     create unique index one on t (id); create index two on t (at);
     alter table t replica identity using index one; alter table t cluster on two`,
    profile(fill('t', [ID, AT])),
    14,
  ],
  [
    'exclusion constraints, and keys that count nulls as equal',
    `create table t (id bigint not null, at timestamp not null, n int, constraint nulls unique nulls not distinct (n, id),
       constraint apart exclude using btree (id with =) with (fillfactor = 55) where (n is null) deferrable)`,
    profile(fill('t', [ID, AT])),
    15,
  ],
  [
    'a key without overlaps',
    `create table t (id int4range not null generated always as (int4range(extract(epoch from at)::int, null)) stored, at timestamp not null,
       span tsrange not null generated always as (tsrange(at, at, '[]')) stored, constraint k primary key (id, span without overlaps))`,
    profile(fill('t', [AT])),
    18,
  ],
  [
    'foreign keys to the table itself and in a circle',
    `create table t (id bigint primary key, at timestamp not null, up bigint references t on delete set null, u bigint);
     create table u (id bigint primary key, at timestamp not null, t bigint references t (id) deferrable);
     alter table t add constraint round foreign key (u) references u (id) not valid`,
    profile(fill('t', [ID, AT]), fill('u', [ID, AT])),
    14,
  ],
  [
    'tables with children by inheritance, computed columns and defaults',
    `create table t (id bigint generated always as identity primary key, at timestamp not null, day date generated always as (at::date) stored, d text not null default 'x');
     create table child (check (id < 0)) inherits (t); create index on child (id)`,
    profile(fill('t', [ID, AT])),
    14,
  ],
]

test.each(CASES)('a load brings back %s', async (_name, ddl, tables, since) => {
  const version = await withDatabase(target, { doing: 'testing', max: 1 }, async (db) => db.version)
  if (version < since * 10_000) return
  await run(ddl)
  const before = await structure()
  const report = await load(target, tables)
  expect(report.tables.map((t) => t.rows)).toEqual(tables.tables.map((t) => t.rows))
  expect(await structure()).toEqual(before)
})
