import { asc, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, type Sql } from '../../../src/db/index.ts'
import { declarationsSql, readDeclarations } from '../../../src/schema/index.ts'
import * as everything from '../../support/everything.ts'
import { testDatabase } from '../../support/index.ts'

const { aTotals, customers, days, orders, slots } = everything
const target = testDatabase()
const declared = readDeclarations(everything, { now: Date.UTC(2025, 0, 1) })
let sql: Sql

describe('a schema with one of everything', () => {
  beforeAll(async () => {
    sql = openPool(target, { max: 1, applicationName: 'declarations' })
    for (const statement of await declarationsSql(declared)) await sql.unsafe(statement)
  })
  afterAll(() => sql.end())

  const one = async (text: string) => Object.values((await sql.unsafe(text))[0] ?? {})[0]

  test('is made from nothing, with every option where it was declared', async () => {
    const columns = await sql`
      select attname, attstorage, attcompression, attstattarget, attoptions from pg_attribute
       where attrelid = 'shop.customers'::regclass and attname in ('payload', 'zip') order by 1`
    expect(columns).toMatchObject([
      { attname: 'payload', attstorage: 'e', attcompression: 'p', attstattarget: 1000 },
      { attname: 'zip', attstorage: 'x', attoptions: ['n_distinct=-0.5'] },
    ])
    expect(await one(`select pg_get_indexdef('shop.customers_city'::regclass)`)).toContain('INCLUDE (email)')
    expect(
      await one(
        `select pg_get_statisticsobjdef(oid) from pg_statistic_ext where stxname = 'customers_city_zip'`,
      ),
    ).toContain('(ndistinct, dependencies) ON city, zip')
    expect(await one(`select stxstattarget from pg_statistic_ext where stxname = 'customers_city_zip'`)).toBe(
      500,
    )
    expect(await one(`select obj_description('shop.customers'::regclass)`)).toBe("Who buys; it's \\ theirs")
    expect(
      await one(`select extnamespace::regnamespace::text from pg_extension where extname = 'pgcrypto'`),
    ).toBe('tools')
    expect(await one(`select has_table_privilege('public', 'shop.big_orders', 'select')`)).toBe(true)
  })

  test('partitions carry the options of their table, at every depth', async () => {
    const leaves = await sql`
      select relid::text as name, reloptions, attstorage, attcompression, attstattarget
        from pg_partition_tree('shop.orders') join pg_class c on c.oid = relid
        join pg_attribute a on a.attrelid = c.oid and attname = 'note' where isleaf order by 1`
    expect(leaves.map(({ name }) => name)).toEqual([
      'shop.orders_p2025_01_eu',
      'shop.orders_p2025_01_rest',
      'shop.orders_p2025_02_eu',
      'shop.orders_p2025_02_rest',
    ])
    for (const leaf of leaves) {
      expect(leaf).toMatchObject({
        reloptions: ['fillfactor=70'],
        attstorage: 'm',
        attcompression: 'p',
        attstattarget: 50,
      })
    }
    expect(await one(`select pg_get_expr(relpartbound, oid) from pg_class where relname = 'slots_a'`)).toBe(
      "FOR VALUES FROM ('2025-01-01 00:00:00.000001') TO ('2025-01-01 00:00:00.000002')",
    )
  })

  test('takes the queries that Drizzle makes', async () => {
    const client = openPool(target, { max: 1, applicationName: 'drizzle' })
    try {
      const db = drizzle(client, { schema: everything })
      const [ann] = await db
        .insert(customers)
        .values({ city: 'Bonn', payload: { a: 1 } })
        .returning()
      expect(ann!.email).toMatch(/^nobody@/)
      await db.insert(orders).values([
        { customerId: ann!.id, country: 'DE', at: new Date('2025-01-05Z'), total: 5 },
        { customerId: ann!.id, country: 'BR', at: new Date('2025-02-05Z'), total: 7 },
      ])
      const found = await db.query.customers.findFirst({ with: { orders: { orderBy: asc(orders.at) } } })
      expect(found!.orders.map(({ total }) => total)).toEqual([5, 7])
      const places = await client`select tableoid::regclass::text as leaf from shop.orders order by at`
      expect(places.map(({ leaf }) => leaf)).toEqual(['shop.orders_p2025_01_eu', 'shop.orders_p2025_02_rest'])

      await db.update(customers).set({ city: 'Köln' }).where(eq(customers.id, ann!.id))
      await db.insert(days).values({ day: '2024-05-01', region: 'us', n: 1 })
      await db.insert(slots).values({ at: new Date('2025-05-01Z'), k: 1 })
      await client`refresh materialized view concurrently a_totals`
      expect(await db.select().from(aTotals)).toMatchObject([{ city: 'Köln', orders: '2' }])
      await expect(db.select().from(everything.empty)).rejects.toThrow()
    } finally {
      await client.end()
    }
  })
})
