import { count, eq, type SQL, sql, sum } from 'drizzle-orm'
import {
  type AnyPgColumn,
  boolean,
  char,
  customType,
  date,
  index,
  integer,
  numeric,
  type PgTable,
  pgEnum,
  pgMaterializedView,
  pgTable,
  pgView,
  primaryKey,
  serial,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import {
  comment,
  materialized,
  partitionBy,
  sqlObject,
  timePartitions,
  uniqueIndex as viewIndex,
} from '../../src/schema/index.ts'

// The sample database of a video store as PostgreSQL's users know it: an enum, a domain, full text, functions, triggers on every table,
// views over six tables, a materialized view, payments partitioned by month.

const year = customType<{ data: number }>({ dataType: () => 'year' })
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })
const updated = () => timestamp('last_update', { withTimezone: true }).notNull().defaultNow()

export const yearDomain = sqlObject(
  'year',
  'create domain year as integer constraint year_check check (value >= 1901 and value <= 2155)',
)
export const rating = pgEnum('mpaa_rating', ['G', 'PG', 'PG-13', 'R', 'NC-17'])

export const actor = pgTable(
  'actor',
  {
    actorId: serial('actor_id').primaryKey(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    lastUpdate: updated(),
  },
  (t) => [index('idx_actor_last_name').on(t.lastName)],
)
export const category = pgTable('category', {
  categoryId: serial('category_id').primaryKey(),
  name: text().notNull(),
  lastUpdate: updated(),
})
export const country = pgTable('country', {
  countryId: serial('country_id').primaryKey(),
  country: text().notNull(),
  lastUpdate: updated(),
})
export const city = pgTable(
  'city',
  {
    cityId: serial('city_id').primaryKey(),
    city: text().notNull(),
    countryId: integer('country_id')
      .notNull()
      .references(() => country.countryId, { onDelete: 'restrict', onUpdate: 'cascade' }),
    lastUpdate: updated(),
  },
  (t) => [index('idx_fk_country_id').on(t.countryId)],
)
export const address = pgTable(
  'address',
  {
    addressId: serial('address_id').primaryKey(),
    address: text().notNull(),
    address2: text(),
    district: text().notNull(),
    cityId: integer('city_id')
      .notNull()
      .references(() => city.cityId, { onDelete: 'restrict', onUpdate: 'cascade' }),
    postalCode: text('postal_code'),
    phone: text().notNull(),
    lastUpdate: updated(),
  },
  (t) => [index('idx_fk_city_id').on(t.cityId)],
)
export const language = pgTable('language', {
  languageId: serial('language_id').primaryKey(),
  name: char({ length: 20 }).notNull(),
  lastUpdate: updated(),
})
export const film = pgTable(
  'film',
  {
    filmId: serial('film_id').primaryKey(),
    title: text().notNull(),
    description: text(),
    releaseYear: year('release_year'),
    languageId: integer('language_id')
      .notNull()
      .references(() => language.languageId, { onDelete: 'restrict', onUpdate: 'cascade' }),
    originalLanguageId: integer('original_language_id').references(() => language.languageId),
    rentalDuration: smallint('rental_duration').notNull().default(3),
    rentalRate: numeric('rental_rate', { precision: 4, scale: 2 }).notNull().default('4.99'),
    length: smallint(),
    replacementCost: numeric('replacement_cost', { precision: 5, scale: 2 }).notNull().default('19.99'),
    rating: rating().default('G'),
    specialFeatures: text('special_features').array(),
    fulltext: tsvector()
      .notNull()
      .generatedAlwaysAs((): SQL => sql`to_tsvector('pg_catalog.english'::regconfig, ${film.title})`),
    lastUpdate: updated(),
  },
  (t) => [
    index('film_fulltext_idx').using('gist', t.fulltext.op('tsvector_ops')),
    index('idx_title').on(t.title),
    index('idx_fk_language_id').on(t.languageId),
    comment('what can be rented'),
  ],
)
export const filmActor = pgTable(
  'film_actor',
  {
    actorId: integer('actor_id')
      .notNull()
      .references(() => actor.actorId, { onDelete: 'restrict', onUpdate: 'cascade' }),
    filmId: integer('film_id')
      .notNull()
      .references(() => film.filmId, { onDelete: 'restrict', onUpdate: 'cascade' }),
    lastUpdate: updated(),
  },
  (t) => [
    primaryKey({ name: 'film_actor_pkey', columns: [t.actorId, t.filmId] }),
    index('idx_fk_film_id').on(t.filmId),
  ],
)
export const filmCategory = pgTable(
  'film_category',
  {
    filmId: integer('film_id')
      .notNull()
      .references(() => film.filmId),
    categoryId: integer('category_id')
      .notNull()
      .references(() => category.categoryId),
    lastUpdate: updated(),
  },
  (t) => [primaryKey({ name: 'film_category_pkey', columns: [t.filmId, t.categoryId] })],
)
// A circle: a store has a manager, who works in a store.
export const store = pgTable(
  'store',
  {
    storeId: serial('store_id').primaryKey(),
    managerStaffId: integer('manager_staff_id')
      .notNull()
      .references((): AnyPgColumn => staff.staffId),
    addressId: integer('address_id')
      .notNull()
      .references(() => address.addressId),
    lastUpdate: updated(),
  },
  (t) => [uniqueIndex('idx_unq_manager_staff_id').on(t.managerStaffId)],
)
export const staff = pgTable('staff', {
  staffId: serial('staff_id').primaryKey(),
  firstName: text('first_name').notNull(),
  lastName: text('last_name').notNull(),
  addressId: integer('address_id')
    .notNull()
    .references(() => address.addressId),
  email: text(),
  storeId: integer('store_id')
    .notNull()
    .references((): AnyPgColumn => store.storeId),
  active: boolean().notNull().default(true),
  username: text().notNull(),
  lastUpdate: updated(),
})
export const customer = pgTable(
  'customer',
  {
    customerId: serial('customer_id').primaryKey(),
    storeId: integer('store_id')
      .notNull()
      .references(() => store.storeId),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    email: text(),
    addressId: integer('address_id')
      .notNull()
      .references(() => address.addressId),
    activebool: boolean().notNull().default(true),
    createDate: date('create_date').notNull().default(sql`CURRENT_DATE`),
    lastUpdate: updated(),
    active: integer(),
  },
  (t) => [index('idx_fk_store_id').on(t.storeId), index('idx_last_name').on(t.lastName)],
)
export const inventory = pgTable(
  'inventory',
  {
    inventoryId: serial('inventory_id').primaryKey(),
    filmId: integer('film_id')
      .notNull()
      .references(() => film.filmId),
    storeId: integer('store_id')
      .notNull()
      .references(() => store.storeId),
    lastUpdate: updated(),
  },
  (t) => [index('idx_store_id_film_id').on(t.storeId, t.filmId)],
)
export const rental = pgTable(
  'rental',
  {
    rentalId: serial('rental_id').primaryKey(),
    rentalDate: timestamp('rental_date', { withTimezone: true }).notNull(),
    inventoryId: integer('inventory_id')
      .notNull()
      .references(() => inventory.inventoryId),
    customerId: integer('customer_id')
      .notNull()
      .references(() => customer.customerId),
    returnDate: timestamp('return_date', { withTimezone: true }),
    staffId: integer('staff_id')
      .notNull()
      .references(() => staff.staffId),
    lastUpdate: updated(),
  },
  (t) => [
    uniqueIndex('idx_unq_rental').on(t.rentalDate, t.inventoryId, t.customerId),
    index('idx_fk_inventory_id').on(t.inventoryId),
  ],
)
export const payment = pgTable(
  'payment',
  {
    paymentId: serial('payment_id').notNull(),
    customerId: integer('customer_id')
      .notNull()
      .references(() => customer.customerId),
    staffId: integer('staff_id')
      .notNull()
      .references(() => staff.staffId),
    rentalId: integer('rental_id')
      .notNull()
      .references(() => rental.rentalId),
    amount: numeric({ precision: 5, scale: 2 }).notNull(),
    paymentDate: timestamp('payment_date', { withTimezone: true }).notNull(),
  },
  (t) => [
    partitionBy.range(t.paymentDate),
    primaryKey({ name: 'payment_pkey', columns: [t.paymentDate, t.paymentId] }),
    index('idx_fk_payment_customer_id').on(t.customerId),
  ],
)
export const payments = timePartitions(payment, { every: '1 month', from: '2022-01-01', to: '2022-08-01' })

export const customerList = pgView('customer_list').as((qb) =>
  qb
    .select({
      id: customer.customerId,
      name: sql<string>`(${customer.firstName} || ' ' || ${customer.lastName})`.as('name'),
      address: address.address,
      city: city.city,
      country: country.country,
    })
    .from(customer)
    .innerJoin(address, eq(customer.addressId, address.addressId))
    .innerJoin(city, eq(address.cityId, city.cityId))
    .innerJoin(country, eq(city.countryId, country.countryId)),
)
export const rentalByCategory = pgMaterializedView('rental_by_category').as((qb) =>
  qb
    .select({
      category: category.name,
      total: sum(payment.amount).as('total_sales'),
      rentals: count().as('rentals'),
    })
    .from(payment)
    .innerJoin(rental, eq(payment.rentalId, rental.rentalId))
    .innerJoin(inventory, eq(rental.inventoryId, inventory.inventoryId))
    .innerJoin(filmCategory, eq(inventory.filmId, filmCategory.filmId))
    .innerJoin(category, eq(filmCategory.categoryId, category.categoryId))
    .groupBy(category.name),
)
export const rentalByCategoryIndexes = materialized(rentalByCategory, {
  indexes: (view) => [viewIndex('rental_category').on(view.category)],
})

export const lastUpdated = sqlObject(
  'last_updated',
  `create function last_updated() returns trigger language plpgsql as $$
   begin new.last_update = current_timestamp; return new; end $$`,
)
const TABLES: readonly PgTable[] = [
  ...[actor, category, country, city, address, language, film],
  ...[filmActor, filmCategory, store, staff, customer, inventory, rental],
]
const touches = TABLES.map((table, n) =>
  sqlObject(
    `last_updated_${n}`,
    sql`create trigger last_updated before update on ${table} for each row execute function last_updated()`,
    {
      needs: [lastUpdated],
    },
  ),
)
export const triggers = Object.fromEntries(touches.map((touch, n) => [`touch${n}`, touch]))
export const inStock = sqlObject(
  'inventory_in_stock',
  sql`create function inventory_in_stock(p_inventory_id integer) returns boolean language sql stable as $$
    select not exists (select from rental where inventory_id = p_inventory_id and return_date is null) $$`,
  { needs: [rental] },
)
export const groupConcat = sqlObject(
  '_group_concat',
  `create function _group_concat(text, text) returns text language sql immutable as $$
   select case when $2 is null then $1 when $1 is null then $2 else $1 || ', ' || $2 end $$`,
)
