import { afterEach, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import type { Sql } from '../../../src/db/index.ts'
import type { MigrateEvent } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const { project, observer } = migrationsOn(testDatabase())

const A = '20250101000000_a'
const B = '20250102000000_b'

afterEach(async () => {
  const sql = observer()
  for (const schema of await quarantines(sql)) await sql.unsafe(`drop schema "${schema}" cascade`)
})

async function quarantines(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select nspname as name from pg_namespace where nspname like 'gigarow\\_quarantine\\_%' order by 1`
  return rows.map(({ name }) => name)
}

const SHOP = {
  up: `create table public.customers (id int generated always as identity primary key, mood text);
create table public.orders (id bigserial, at date not null, customer int not null references public.customers,
  primary key (id, at)) partition by range (at);
create table public.orders_2025 partition of public.orders for values from ('2025-01-01') to ('2026-01-01');
create table public.drafts (id int references public.customers);
create index orders_customer on public.orders (customer);
create statistics public.orders_stats on customer, at from public.orders_2025;
create function public.noop() returns trigger language plpgsql as 'begin return new; end';
create trigger touch before insert on public.orders for each row execute function public.noop();
comment on table public.orders is 'What was ordered.';`,
  down: `drop table public.drafts, public.orders;
drop table public.customers;
drop function public.noop();`,
}

async function fill(sql: Sql): Promise<void> {
  await sql.unsafe(
    `insert into public.customers (mood) values ('good'); insert into public.orders (at, customer) values ('2025-05-05', 1), ('2025-06-06', 1)`,
  )
}

test('tables that hold rows are moved aside with all that is theirs, and the migration can be applied again', async () => {
  const { up, down, status } = project({ [A]: SHOP })
  await up()
  const sql = observer()
  await fill(sql)
  expect(await errorOf(down())).toMatchObject({
    code: 'REFUSED',
    hint: expect.stringContaining('--quarantine'),
  })
  const events: MigrateEvent[] = []
  const result = await down({ quarantine: true, emit: (event) => events.push(event) })
  expect(result.reverted).toEqual([A])
  const [schema] = await quarantines(sql)
  expect(schema).toMatch(/^gigarow_quarantine_\d{8}_\d{6}_\d{3}_public$/)
  const moved = events.flatMap((event) => (event.type === 'migrate.quarantined' ? [event] : []))
  expect(moved.map(({ table }) => table)).toEqual(['orders', 'customers'])
  expect(result.quarantined.map(({ table }) => table)).toEqual(['orders', 'customers'])
  expect(new Set(moved.map((event) => event.schema))).toEqual(new Set([schema]))
  expect(await sql`select from pg_class where relnamespace = 'public'::regnamespace`).toHaveLength(0)
  // What compares schemas does not see them.
  expect([...(await readCatalog({ sql })).objects.values()].filter((o) => o.kind === 'table')).toEqual([])

  expect((await up()).applied).toEqual([A])
  expect(await status()).toEqual(['a applied'])
  await fill(sql)
  await down({ quarantine: true })
  expect(await quarantines(sql)).toHaveLength(2)

  // The way back that the docs show.
  for (const table of ['customers', 'orders', 'orders_2025'])
    await sql.unsafe(`alter table "${schema}".${table} set schema public`)
  expect(await sql`select at::text from public.orders order by 1`).toEqual([
    { at: '2025-05-05' },
    { at: '2025-06-06' },
  ])
  const [note] = await sql`select obj_description('public.orders'::regclass) as text`
  expect(note!.text).toMatch(
    /^What was ordered\.\nWas "public"\."orders" until .*; moved here by gigarow migrate down\./,
  )
  expect(note!.text).toContain('FOREIGN KEY (customer) REFERENCES')
  expect(note!.text).toContain('CREATE TRIGGER touch')
  await sql.unsafe("insert into public.orders (at, customer) values ('2025-07-07', 1)")
})

test('a partition that holds rows leaves its parent, which stays', async () => {
  const parent = `create table public.p (id int primary key) partition by range (id);
    create table public.p1 partition of public.p for values from (0) to (10);`
  const { up, down } = project({
    [A]: { up: parent },
    [B]: {
      up: 'create table public.p2 partition of public.p for values from (10) to (20);',
      down: 'drop table if exists public.p2;',
    },
  })
  await up()
  const sql = observer()
  await sql.unsafe('insert into public.p values (1), (11), (12)')
  await down({ quarantine: true })
  expect(await sql`select id from public.p`).toEqual([{ id: 1 }])
  const [schema] = await quarantines(sql)
  expect(await sql.unsafe(`select id from "${schema}".p2 order by id`)).toEqual([{ id: 11 }, { id: 12 }])
  expect((await up()).applied).toEqual([B])
})

test('what others need is neither dropped nor moved from under them, and nothing is half done', async () => {
  const down = 'drop table public.b; drop table public.a'
  const {
    up,
    write,
    down: back,
    status,
  } = project({
    [A]: { up: 'create table public.a (id int); create table public.b (id int);', down: `${down};` },
  })
  await up()
  const sql = observer()
  await sql.unsafe(
    'insert into public.a values (1); insert into public.b values (1); create view public.v as select id from public.a',
  )
  const failed = await errorOf(back({ quarantine: true }))
  expect(failed).toMatchObject({ code: 'MIGRATION_FAILED', facts: { sqlstate: '2BP01', line: 1 } })
  write({
    [A]: { up: 'create table public.a (id int); create table public.b (id int);', down: `${down} cascade;` },
  })
  const refused = await errorOf(back({ quarantine: true }))
  expect(refused).toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining('view v depends on table a'),
  })
  expect(await quarantines(sql)).toEqual([])
  expect(await status()).toEqual(['a applied'])
  expect(await sql`select id from public.v`).toEqual([{ id: 1 }])
})

test('an empty table is dropped as ever; values of a column and TRUNCATE stay refused', async () => {
  const { up, down, write } = project({
    [A]: { up: 'create table public.a (id int, note text);', down: 'drop table public.a;' },
  })
  await up()
  await down({ quarantine: true })
  const sql = observer()
  expect(await quarantines(sql)).toEqual([])
  await up()
  await sql.unsafe("insert into public.a values (1, 'x')")
  for (const way of [
    'alter table public.a drop column note',
    'truncate public.a',
    'drop schema public cascade',
  ]) {
    write({ [A]: { up: 'create table public.a (id int, note text);', down: `${way};` } })
    const error = await errorOf(down({ quarantine: true }))
    expect(error.code).toBe('REFUSED')
    // It is no way out for the values of a column.
    if (way.includes('column')) expect(error.hint).not.toContain('--quarantine')
  }
})
