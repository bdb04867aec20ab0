import { sql } from 'drizzle-orm'
import { bigserial, pgMaterializedView, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import {
  extension,
  includeIndex,
  index,
  listPartitions,
  materialized,
  partitionBy,
  sqlObject,
  statistics,
} from 'gigarow/schema'

export const visits = pgTable(
  'visits',
  {
    id: bigserial({ mode: 'number' }).notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    country: text().notNull(),
  },
  (t) => [
    partitionBy.list(t.country),
    primaryKey({ name: 'visits_pkey', columns: [t.id] }),
    includeIndex('visits_eu').on(t.at).include(t.country),
    statistics('visits_at').on(t.at),
  ],
)
export const visitsPartitions = listPartitions(visits, {
  by: 'country',
  partitions: {
    visits_eu: ['DE', 'FR'],
    visits_de: { values: ['DE'], subpartitionBy: { hash: 'id', modulus: 2 } },
  },
})

export const daily = pgMaterializedView('daily').as((qb) =>
  qb.select({ day: sql<Date>`date(at)`.as('day'), n: sql<number>`count(*)`.as('n') }).from(visits).groupBy(sql`1`),
)
export const dailyRules = materialized(daily, {
  indexes: (v) => [index('daily_day').on(v.day)],
  refresh: { every: '1 day', concurrently: true },
})

export const geo = extension('postgis', { schema: 'geo' })
export const busy = sqlObject('busy', 'create view busy as\nselect * form visits', { needs: ['dayly'] })
export const old = sqlObject('old', 'drop view busy')
