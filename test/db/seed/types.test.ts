import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customType, integer, json, pgEnum, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { beforeEach, expect, test } from 'vitest'
import { openCopySession } from '../../../src/copy/index.ts'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import {
  defineSeed,
  estimateLoad,
  fill,
  gen,
  planLoad,
  readTables,
  type SeedEvent,
  scaleProfile,
  writeCsv,
} from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load, tableDigest } from '../../support/load.ts'

// Types and references of real schemas through a whole load: both fillers, verification, constraints that are put back.

const target = testDatabase()
const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))

const DDL = `
  create schema "Shop"; create type "Shop".status as enum ('open', 'lost', 'paid');
  create domain cents as numeric(10, 2) check (value >= 0);
  create domain slug as varchar(40); create domain own_slug as slug check (value <> '');
  create table accounts (tenant int, no uuid, tags text[] not null, primary key (tenant, no));
  create index on accounts using gin (tags);
  create table staff (id int primary key, manager_id int references staff, code char(5) not null);
  create table orders (id int not null, status "Shop".status not null, tenant int, account uuid, price cents not null, slug own_slug not null,
    data json not null, raw bytea not null, foreign key (tenant, account) references accounts) partition by list (status);
  create table orders_open partition of orders for values in ('open'); create table orders_rest partition of orders default;
  create index on orders (status, price)`

const custom = (type: string) => customType<{ data: string }>({ dataType: () => type })
const status = pgEnum('status', ['open', 'lost', 'paid'])
Object.assign(status, { schema: 'Shop' })
const accounts = pgTable('accounts', {
  tenant: integer().notNull(),
  no: uuid().notNull(),
  tags: text().array().notNull(),
})
const staff = pgTable('staff', {
  id: integer().primaryKey(),
  managerId: integer('manager_id'),
  code: custom('char(5)')().notNull(),
})
const orders = pgTable('orders', {
  id: integer().notNull(),
  status: status().notNull(),
  tenant: integer(),
  account: uuid(),
  price: custom('cents')().notNull(),
  slug: custom('own_slug')().notNull(),
  data: json().notNull(),
  raw: custom('bytea')().notNull(),
})

const people = fill(accounts, {
  rows: 3000,
  columns: {
    tenant: gen.int({ max: 50 }),
    no: gen.uuid(),
    tags: gen.array(gen.choice(['new', 'vip', 'a "b"']), { max: 3 }),
  },
})
const profile = defineSeed({
  name: 'types',
  seed: 5,
  tables: [
    people,
    fill(staff, {
      rows: 4000,
      columns: {
        id: gen.sequence({ start: 0 }),
        managerId: gen.earlier('id', { children: 9 }),
        code: gen.hex(4),
      },
    }),
    fill(orders, {
      rows: 20_000,
      columns: {
        id: gen.sequence(),
        status: gen.choice({ open: 3, paid: 1 }),
        tenant: gen.reference(people, 'tenant', { skew: 'pareto', key: 'account' }),
        account: gen.reference(people, 'no', { skew: 'pareto', key: 'account' }),
        price: gen.lognormal({ median: 20, sigma: 1, scale: 2 }),
        slug: gen.hex(20),
        data: gen.json({ tags: gen.array(gen.words({ max: 2 })) }),
        raw: gen.bytes({ min: 0, max: 30 }),
      },
      domains: { price: 'numeric(10, 2)', slug: 'varchar(40)' },
    }),
  ],
})

beforeEach(() =>
  onDatabase((sql) =>
    sql
      .unsafe(
        'drop schema if exists gigarow, "Shop" cascade; drop schema public cascade; create schema public',
      )
      .simple(),
  ),
)

test('enums, domains, arrays, references of several columns and to earlier rows: the same rows by both fillers', async () => {
  await onDatabase((sql) => sql.unsafe(DDL).simple())
  const events: SeedEvent[] = []
  const estimate = await withDatabase(target, { doing: 'testing', max: 2 }, async (db) => {
    const plan = planLoad(profile, { jobs: 2 })
    return estimateLoad(db, { plan, tables: await readTables(db.sql, plan), jobs: 2, filler: 'copy' })
  })
  // By one session: two that extend a table at a time leave empty pages, which no estimate of small tables can know.
  const copied = await load(target, profile, { filler: 'copy', jobs: 1, emit: (event) => events.push(event) })
  const bytes = copied.tables.reduce((sum, table) => sum + table.bytes, 0)
  const share = (estimate.disk.heap + estimate.disk.indexes) / bytes
  expect(share).toBeGreaterThan(0.9)
  expect(share).toBeLessThan(1.1)
  const inserted = await load(target, profile, { filler: 'sql', truncate: true })
  expect(inserted.tables.map(({ checksum }) => checksum)).toEqual(
    copied.tables.map(({ checksum }) => checksum),
  )
  await onDatabase(async (sql) => {
    const [facts] = await sql`
      select (select count(*)::int from orders_open where status <> 'open') as misplaced,
             (select array_agg(distinct status::text order by status::text) from orders) as statuses,
             (select count(*)::int from staff where manager_id is null) as roots,
             (select max(n)::int from (select count(*) as n from staff where manager_id is not null group by manager_id) s) as reports,
             (select count(*)::int from staff where manager_id >= id) as "notEarlier",
             (select count(*)::int from orders o join accounts a on (a.tenant, a.no) = (o.tenant, o.account)) as found,
             (select array_agg(conname::text order by conname) from pg_constraint where contype = 'f' and convalidated and conparentid = 0 and connamespace = 'public'::regnamespace) as keys`
    expect(facts).toEqual({
      misplaced: 0,
      statuses: ['open', 'paid'],
      roots: 1,
      reports: 9,
      notEarlier: 0,
      found: 20_000,
      keys: ['orders_tenant_account_fkey', 'staff_manager_id_fkey'],
    })
  })
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))
  expect(notices).toContainEqual(expect.stringMatching(/^orders is loaded partition by partition/))
})

test('CSV files of them are read by the server as the same rows', async () => {
  await onDatabase((sql) => sql.unsafe(DDL).simple())
  const small = scaleProfile(profile, { rows: 2000 })
  await load(target, small)
  const digests = () =>
    onDatabase(async (sql) => [
      await tableDigest(sql, 'accounts'),
      await tableDigest(sql, 'staff'),
      await tableDigest(sql, 'orders'),
    ])
  const loaded = await digests()
  const folder = mkdtempSync(join(tmpdir(), 'gigarow-csv-'))
  const session = await openCopySession(target, 'gigarow test')
  try {
    const files = await writeCsv(small, { folder, emit: () => {}, signal: new AbortController().signal })
    await session.query('truncate accounts, staff, orders')
    for (const { file, table } of files)
      await session.copyIn(`copy ${table} from stdin with (format csv, header)`, [readFileSync(file)])
    expect(await digests()).toEqual(loaded)
  } finally {
    await session.close()
    rmSync(folder, { recursive: true })
  }
})

test.each([
  [
    'an enum without one of its values',
    `'open', 'lost', 'paid'`,
    `'open', 'paid'`,
    /column status is "?Shop"?\.status, which has no "lost"/,
  ],
  [
    'another enum',
    `status "Shop".status`,
    `status other_status`,
    /column status is other_status, and the profile fills the enum "Shop"\."status"/,
  ],
  [
    'another type under a domain',
    'cents as numeric(10, 2)',
    'cents as numeric(12, 2)',
    /column price is numeric\(12,2\), and the profile fills numeric\(10, 2\)/,
  ],
])('%s: refused before a row is written', async (_name, from, to, message) => {
  const ddl = DDL.replace(from, to)
  expect(ddl).not.toBe(DDL)
  await onDatabase((sql) =>
    sql.unsafe(`create type other_status as enum ('open', 'lost', 'paid'); ${ddl}`).simple(),
  )
  await expect(load(target, profile)).rejects.toMatchObject({
    code: 'SEED_MISFIT',
    message: expect.stringMatching(message),
  })
})
