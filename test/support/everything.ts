import { relations, sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgMaterializedView,
  pgSchema,
  pgSequence,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'
import {
  columnOptions,
  comment,
  extension,
  includeIndex,
  listPartitions,
  materialized,
  partitionBy,
  rangePartitions,
  sqlObject,
  statistics,
  storage,
  timePartitions,
  uniqueIndex,
} from '../../src/schema/index.ts'

/** One of each declaration, with names that sort against their order. */
export const tools = pgSchema('tools')
export const shop = pgSchema('shop')
export const crypto = extension('pgcrypto', { schema: 'tools' })
export const mood = pgEnum('mood', ['ok', "it's"])
export const numbers = pgSequence('ticket_numbers', { startWith: 100 })

export const customers = shop.table(
  'customers',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    email: text().notNull().default(sql`shop.no_email()`),
    feeling: mood().notNull().default('ok'),
    city: text(),
    zip: text(),
    payload: jsonb(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    unique('customers_email_key').on(t.email),
    check('customers_email_at', sql`${t.email} like '%@%'`),
    includeIndex('customers_city')
      .on(t.city.desc(), sql`lower(${t.zip})`)
      .include(t.email)
      .where(sql`${t.city} is not null`),
    columnOptions(t.payload, { storage: 'external', compression: 'pglz', statistics: 1000 }),
    columnOptions(t.zip, { nDistinct: -0.5 }),
    statistics('customers_city_zip').on(t.city, t.zip).kinds('ndistinct', 'dependencies').target(500),
    comment("Who buys; it's \\ theirs"),
    comment(t.email, 'where the bill goes'),
    storage({ fillfactor: 80, autovacuum_enabled: false }),
  ],
)

export const orders = shop.table(
  'orders',
  {
    id: bigserial({ mode: 'number' }).notNull(),
    customerId: bigint('customer_id', { mode: 'number' }).notNull(),
    country: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    total: integer().notNull().default(0),
    note: text(),
  },
  (t) => [
    partitionBy.range(t.at),
    primaryKey({ name: 'orders_pkey', columns: [t.id, t.at, t.country] }),
    foreignKey({ name: 'orders_customer', columns: [t.customerId], foreignColumns: [customers.id] }),
    index('orders_at_brin').using('brin', t.at),
    includeIndex('orders_customer_at').on(t.customerId, t.at).include(t.total),
    columnOptions(t.note, { storage: 'main', compression: 'pglz', statistics: 50 }),
    statistics('orders_country_total').on(t.country, sql`total / 100`),
    storage({ fillfactor: 70 }),
    comment('monthly, and by country in a month'),
  ],
)
export const ordersPartitions = timePartitions(orders, {
  every: '1 month',
  from: '2025-01-01',
  to: '2025-03-01',
  subpartitionBy: { list: 'country', partitions: { eu: ['DE', 'FR'], rest: 'default' } },
})

export const days = pgTable(
  'days',
  { day: date().notNull(), region: text().notNull(), n: integer().notNull() },
  (t) => [partitionBy.list(t.region), index('days_n').on(t.n)],
)
export const daysPartitions = listPartitions(days, {
  by: 'region',
  partitions: {
    days_eu: ['eu'],
    days_us: {
      values: ['us', "o'hare"],
      subpartitionBy: {
        range: 'day',
        partitions: { old: { from: '2000-01-01', to: '2025-01-01' }, new: 'default' },
      },
    },
    days_other: 'default',
  },
})

export const slots = pgTable('slots', { at: timestamp().notNull(), k: integer().notNull() }, (t) => [
  partitionBy.range(t.at),
])
export const slotsPartitions = rangePartitions(slots, {
  by: 'at',
  partitions: {
    slots_a: { from: '2025-01-01 00:00:00.000001', to: '2025-01-01 00:00:00.000002' },
    slots_b: {
      from: '2025-01-01 00:00:00.000002',
      to: '2026-01-01',
      subpartitionBy: { hash: 'k', modulus: 2 },
    },
  },
})

export const zCities = pgView('z_cities', { city: text(), n: integer() }).as(
  sql`select c.city, count(*)::int as n from shop.customers c join shop.orders o on o.customer_id = c.id group by 1`,
)
/** Alphabetically before the view that it reads. */
export const aTotals = pgMaterializedView('a_totals').as((qb) =>
  qb
    .select({ city: zCities.city, orders: sql<number>`sum(n)`.as('orders') })
    .from(zCities)
    .groupBy(zCities.city),
)
export const aTotalsRules = materialized(aTotals, {
  indexes: (v) => [
    uniqueIndex('a_totals_key').on(v.city),
    uniqueIndex('a_totals_desc').on(v.orders.desc(), v.city),
  ],
  storage: { fillfactor: 90 },
  refresh: { every: '5 min', concurrently: true },
})
export const empty = pgMaterializedView('empty_view', { n: integer() }).as(sql`select 1 as n`)
export const emptyRules = materialized(empty, { withData: false })

export const noEmail = sqlObject(
  'no_email',
  `create function shop.no_email() returns text language sql as $$ select 'nobody@' || tools.gen_random_uuid()::text $$`,
  { needs: [crypto] },
)
export const touch = sqlObject(
  'touch',
  `create function shop.touch() returns trigger language plpgsql as $$ begin new.updated_at := clock_timestamp(); return new; end $$;`,
)
export const touchCustomers = sqlObject(
  'touch_customers',
  sql`create trigger a_touch before update on ${customers} for each row execute function shop.touch()`,
)
export const big = sqlObject(
  'big_orders',
  `-- more than most\ncreate view shop.big_orders as select * from shop.orders where total > shop.threshold()`,
)
export const threshold = sqlObject(
  'threshold',
  'create function shop.threshold(in factor integer default 1) returns integer stable begin atomic select (max(total) * factor)::integer from shop.orders; end',
)
export const readers = sqlObject('readers', 'grant select on shop.big_orders, shop.customers to public')
export const runs = sqlObject('runs', 'grant execute on function shop.threshold(integer) to public')
export const remember = sqlObject('remember', "comment on view shop.big_orders is 'above the threshold'")
export const zip = sqlObject('zip', "create domain shop.zip_code as text check (value ~ '^[0-9]+$')")
export const own = sqlObject('own', 'create policy own on shop.customers for select using (id > 0)', {
  needs: ['touch'],
})
export const cleanup = sqlObject(
  'cleanup',
  'create procedure shop.cleanup(before timestamptz) language plpgsql as $$ begin delete from shop.orders where at < before; end $$',
)

export const customerRelations = relations(customers, ({ many }) => ({ orders: many(orders) }))
export const orderRelations = relations(orders, ({ one }) => ({
  customer: one(customers, { fields: [orders.customerId], references: [customers.id] }),
}))
