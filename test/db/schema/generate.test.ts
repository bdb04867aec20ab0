import { sql } from 'drizzle-orm'
import { bigint, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { beforeAll, expect, test } from 'vitest'
import { type ScratchServer, scratchOn } from '../../../src/migrate/index.ts'
import {
  columnOptions,
  listPartitions,
  partitionBy,
  renamedFrom,
  sqlObject,
  storage,
  type TimePolicy,
  timePartitions,
  uniqueIndex,
} from '../../../src/schema/index.ts'
import * as everything from '../../support/everything.ts'
import { type Generating, generate } from '../../support/generate.ts'
import { testDatabase } from '../../support/index.ts'
import { migrationsOn } from '../migrate/fixture.ts'

const target = testDatabase()
const { observer, project } = migrationsOn(target)
const start = Date.UTC(2025, 1, 10)
let scratch: ScratchServer
beforeAll(() => {
  scratch = scratchOn(target, { makesRoles: true })
})

type Extras = (t: { readonly id: never; readonly at: never; readonly note: never }) => readonly unknown[]

function logs(extras: Extras = () => []) {
  const columns = { id: bigint({ mode: 'number' }).notNull(), at: timestamp().notNull(), note: text() }
  return pgTable('logs', columns, ((t: Record<string, never>) => [
    partitionBy.range(t.at!),
    primaryKey({ columns: [t.id!, t.at!] }),
    ...extras(t as never),
  ]) as never)
}

function monthly(table: ReturnType<typeof logs>, policy: Partial<TimePolicy> = {}, below = {}) {
  return timePartitions(table as never, {
    every: '1 month',
    from: '2025-01-01',
    premake: 1,
    ...policy,
    ...below,
  })
}

const halves = { subpartitionBy: { hash: 'id', modulus: 2 } }

test('a schema with one of everything is one migration, leaves nothing to do, and is taken back by its down.sql', async () => {
  const { folder, up, down } = project({})
  const options: Generating = { scratch, folder, now: start }
  const made = await generate(everything, options)
  expect(made).toMatchObject({ noWayBack: [], downSql: expect.any(String) })
  // Nothing in it looks like a change of a table in use.
  expect(made?.sql).not.toMatch(/CONCURRENTLY|ON ONLY|NOT VALID|^-- locks|new transaction/m)
  await up()
  expect(await generate(everything, options)).toBeUndefined()
  await down({ allowDataLoss: true })
  const left = await observer()`
    select relname::text as name from pg_class c join pg_namespace n on n.oid = relnamespace
     where nspname not like 'pg\\_%' and nspname not in ('information_schema', 'gigarow')
     union all select nspname::text from pg_namespace where nspname in ('shop', 'tools')
     union all select typname::text from pg_type where typname = 'mood'`
  expect(left).toEqual([])
})

const months = (sqlText: string | undefined) =>
  [...(sqlText ?? '').matchAll(/logs_p(\d{4}_\d\d)\b/g)].map(([, m]) => m)

test('the partitions of a policy are those of the day of its first migration, whatever the day of the next', async () => {
  const { folder } = project({})
  const table = logs()
  const at = (now: number, policy: Partial<TimePolicy> = {}, exports = {}) =>
    generate({ table, p: monthly(table, policy, halves), ...exports }, { scratch, folder, now })
  const first = await at(start)
  expect(new Set(months(first?.sql))).toEqual(new Set(['2025_01', '2025_02', '2025_03']))
  for (const later of [Date.UTC(2027, 0, 1), Date.UTC(2025, 0, 2)]) expect(await at(later)).toBeUndefined()
  expect(await at(Date.UTC(2027, 0, 1), { retain: '3 months', premake: 9 })).toBeUndefined()
  const other = pgTable('other', { id: bigint({ mode: 'number' }).primaryKey() })
  expect(months((await at(Date.UTC(2027, 0, 1), {}, { other }))?.sql)).toEqual([])
  // One with an end is not moved on by time: its partitions are declared.
  const ended = await at(Date.UTC(2027, 0, 1), { to: '2025-05-01' }, { other })
  expect(new Set(months(ended?.sql))).toEqual(new Set(['2025_04']))
})

test('what comes upon a partitioned table with rows is made beside them, partition by partition, and is then all there is', async () => {
  const { folder, up, down } = project({})
  const options: Generating = { scratch, folder, now: start, allow: ['lock'] }
  const bare = logs()
  await generate({ bare, p: monthly(bare) }, options)
  await up()
  await observer()`insert into logs select i, timestamp '2025-01-01' + i * interval '1 hour', 'n' || i from generate_series(1, 1500) i`

  const table = logs((t) => [
    index('logs_note').on(t.note),
    uniqueIndex('logs_once').on(t.note, t.at),
    columnOptions(t.note, { statistics: 500, compression: 'pglz' }),
    storage({ fillfactor: 80 }),
  ])
  const made = await generate({ table, p: monthly(table) }, options)
  expect(made?.sql).toContain('CREATE INDEX logs_note ON ONLY public.logs (note);')
  expect(
    made?.sql.match(/CREATE INDEX CONCURRENTLY \w+ ON public\.logs_p2025_0[123] \(note\);/g),
  ).toHaveLength(3)
  expect(made?.sql.match(/ATTACH PARTITION/g)).toHaveLength(6)
  expect(made?.sql).not.toMatch(/CREATE (UNIQUE )?INDEX \w+ ON public\.logs \(/)
  expect(made?.proof?.noWayBack).toBeUndefined()
  await up()
  const [found] = await observer()`
    select count(*) filter (where indisvalid)::int as valid, count(*)::int as all
      from pg_index where indrelid::regclass::text like 'logs%'`
  expect(found).toEqual({ valid: 12, all: 12 })
  expect(await generate({ table, p: monthly(table) }, options)).toBeUndefined()
  await down()
  expect(await observer()`select count(*)::int as rows from logs`).toEqual([{ rows: 1500 }])
})

test('a column of a list-partitioned table, a partition more, a foreign key: proved, and nothing is left to do', async () => {
  const { folder, up } = project({})
  const options: Generating = { scratch, folder, now: start }
  const base = (more = {}, extras: (t: Record<string, never>) => readonly unknown[] = () => []) =>
    pgTable('l', { k: text().notNull(), id: bigint({ mode: 'number' }).notNull(), ...more }, ((t: never) => [
      partitionBy.list((t as Record<string, never>).k!),
      ...extras(t),
    ]) as never)
  const users = pgTable('users', { id: bigint({ mode: 'number' }).primaryKey() })
  const parts = (t: ReturnType<typeof base>, partitions: object) =>
    listPartitions(t as never, { by: 'k', partitions } as never)
  const before = base()
  await generate({ users, before, p: parts(before, { l_a: ['a'] }) }, options)
  await up()
  const after = base({ userId: bigint('user_id', { mode: 'number' }).references(() => users.id) })
  const exports = { users, after, p: parts(after, { l_a: ['a'], l_b: ['b', 'c'] }) }
  const made = await generate(exports, options)
  expect(made?.sql).toMatch(
    /LIKE public\.l INCLUDING[\s\S]*ATTACH PARTITION public\.l_b FOR VALUES IN \('b', 'c'\)/,
  )
  await up()
  expect(await generate(exports, options)).toBeUndefined()
})

test('a rename is declared, done once, and then says nothing; without it both are dangers that name the way', async () => {
  const { folder, up } = project({})
  const options: Generating = { scratch, folder, now: start }
  const users = pgTable('users', { id: bigint({ mode: 'number' }).primaryKey(), mail: text() }, (t) => [
    index('users_mail').on(t.mail),
  ])
  await generate({ users }, options)
  await up()
  await observer()`insert into users values (1, 'a@b')`
  const columns = { id: bigint({ mode: 'number' }).primaryKey(), email: text() }
  const silent = pgTable('users', columns, (t) => [index('users_mail').on(t.email)])
  await expect(generate({ silent }, options)).rejects.toMatchObject({
    code: 'REFUSED',
    hint: expect.stringContaining("--rename 'column public.users.mail=public.users.email'"),
  })
  const clients = pgTable('clients', columns, (t) => [
    renamedFrom('users'),
    renamedFrom(t.email, 'mail'),
    renamedFrom(index('clients_email').on(t.email), 'users_mail'),
  ])
  const made = await generate({ clients }, options)
  expect(made?.sql).toContain('ALTER TABLE public.users RENAME TO clients')
  expect(made?.downSql).toContain('RENAME TO users')
  await up()
  expect(await observer()`select email from clients`).toEqual([{ email: 'a@b' }])
  expect(await generate({ clients }, options)).toBeUndefined()
})

test('functions, triggers, views, grants and comments: a change of each is made, and then none is left', async () => {
  const { folder, up } = project({})
  const options: Generating = { scratch, folder, now: start }
  const t = pgTable('t', { id: bigint({ mode: 'number' }).primaryKey(), n: text() })
  const objects = (version: number) => ({
    t,
    f: sqlObject('f', `create function f() returns int language sql as $$ select ${version} $$`),
    tf: sqlObject(
      'tf',
      `create function tf() returns trigger language plpgsql as $$ begin /* ${version} */ return new; end $$`,
    ),
    v: sqlObject('v', `create view v as select id, ${version} as version, f() as f from t`),
    tr: sqlObject(
      'tr',
      sql`create trigger tr before ${sql.raw(version === 1 ? 'insert' : 'update')} on ${t} for each row execute function tf()`,
    ),
    g: sqlObject('g', `grant ${version === 1 ? 'select' : 'select, insert'} on t to public`),
    c: sqlObject('c', `comment on view v is '${version}'`),
  })
  await generate(objects(1), options)
  await up()
  expect(await generate(objects(1), options)).toBeUndefined()
  const made = await generate(objects(2), options)
  expect(made?.downSql).toBeDefined()
  await up()
  expect(await observer()`select version from v`).toEqual([])
  expect(await generate(objects(2), options)).toBeUndefined()
})
