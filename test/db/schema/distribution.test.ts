import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bigint, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import { scratchOn } from '../../../src/migrate/index.ts'
import { distributeBy, distributionSql, readDeclarations, referenceTable } from '../../../src/schema/index.ts'
import { generate } from '../../support/generate.ts'
import { testDatabase } from '../../support/index.ts'
import { migrationsOn } from '../migrate/fixture.ts'

const target = testDatabase()
const { observer, project } = migrationsOn(target)
const now = Date.UTC(2025, 0, 1)

const id = () => bigint({ mode: 'number' }).notNull()
const countries = pgTable('countries', { code: text().primaryKey() }, () => [referenceTable()])
const tenants = pgTable('tenants', { id: id().primaryKey(), name: text() }, (t) => [
  distributeBy(t.id, { shardCount: 8 }),
])
const bills = pgTable(
  'a_bills',
  {
    tenant: id().references(() => tenants.id),
    number: id(),
    country: text().references(() => countries.code),
  },
  (t) => [distributeBy(t.tenant, { colocateWith: tenants }), primaryKey({ columns: [t.tenant, t.number] })],
)

/** Functions and a table with the names that Citus has. That they do what Citus does is not shown by this. */
const STAND_IN = `
  create table public.calls (n serial, call text);
  create function public.create_reference_table(t regclass) returns void language sql as
    $$ insert into public.calls (call) values ('reference ' || t) $$;
  create function public.create_distributed_table(t regclass, c text, colocate_with text default 'default', shard_count int default null)
    returns void language sql as $$ insert into public.calls (call) values (concat_ws(' ', t, c, colocate_with, shard_count)) $$`

test('new tables are distributed when they are made, before foreign keys; a scratch database needs no Citus', async () => {
  const { folder, up } = project({})
  const scratch = scratchOn(target)
  const options = { scratch, folder, now }
  const made = await generate({ bills, tenants, countries }, options)
  const order = ['CREATE TABLE public.tenants', 'SELECT create_', 'FOREIGN KEY'].map((part) =>
    made?.sql.indexOf(part),
  )
  expect(order).toEqual(order.toSorted((a, b) => a! - b!))
  expect(made?.proof).toBeDefined()
  const sql = observer()
  await sql.unsafe(STAND_IN)
  await up()
  expect((await sql`select call from public.calls order by n`).map(({ call }) => call)).toEqual([
    'reference countries',
    'tenants id default 8',
    'a_bills tenant "public"."tenants"',
  ])
  expect(await generate({ bills, tenants, countries }, options)).toBeUndefined()
  expect(readFileSync(join(folder, made!.name, 'down.sql'), 'utf8')).toContain('DROP TABLE public.tenants')
})

describe('what Citus would refuse is said at once', () => {
  const problems = (...tables: unknown[]) => {
    try {
      readDeclarations(Object.fromEntries(tables.map((table, i) => [`t${i}`, table])), { now })
      return ''
    } catch (error) {
      return String(error)
    }
  }

  test('a key without the column that the rows are distributed by', () => {
    const table = pgTable(
      't',
      { id: id().primaryKey(), tenantId: bigint('tenant_id', { mode: 'number' }), mail: text() },
      (t) => [distributeBy(t.tenantId), uniqueIndex('t_mail').on(t.mail)],
    )
    const said = problems(table)
    expect(said).toContain('does not hold tenant_id, by which the rows are distributed')
    expect(said).toContain('Write primaryKey({ columns: [t.id, t.tenantId] })')
    expect(said).toContain('Write uniqueIndex().on(t.mail, t.tenantId)')
  })

  test('two ways at once, shards that cannot be', () => {
    const both = pgTable('t', { id: id() }, (t) => [distributeBy(t.id), referenceTable()])
    expect(problems(both)).toContain('t has more than one of distributeBy and referenceTable')
    const none = pgTable('t', { id: id() }, (t) => [distributeBy(t.id, { shardCount: 0 })])
    expect(problems(none)).toContain('shardCount is 0')
    const two = pgTable('u', { id: id() }, (t) => [
      distributeBy(t.id, { shardCount: 4, colocateWith: tenants }),
    ])
    expect(problems(two, tenants)).toContain('both colocateWith and shardCount')
  })

  test('the calls are in an order that Citus can follow', () => {
    const declared = readDeclarations({ bills, tenants, countries }, { now })
    expect(distributionSql(declared).map(({ sql }) => sql)).toEqual([
      `SELECT create_reference_table('"public"."countries"')`,
      `SELECT create_distributed_table('"public"."tenants"', 'id', shard_count => 8)`,
      `SELECT create_distributed_table('"public"."a_bills"', 'tenant', colocate_with => '"public"."tenants"')`,
    ])
  })
})
