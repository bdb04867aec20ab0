import { sql } from 'drizzle-orm'
import { bigserial, index, integer, pgEnum, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core'
import { comment, partitionBy, timePartitions } from 'gigarow/schema'

export const mood = pgEnum('mood', ['fine', 'bad'])

export const pages = pgTable(
  'pages',
  { id: bigserial({ mode: 'number' }).primaryKey(), path: text().notNull(), size: integer().default(0) },
  (t) => [unique().on(t.path), comment(t.size, 'bytes')],
)

export const visits = pgTable(
  'visits',
  {
    id: bigserial({ mode: 'number' }).notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    page: text().notNull(),
    mood: mood().default(sql`'fine'`),
  },
  (t) => [
    partitionBy.range(t.at),
    primaryKey({ columns: [t.id, t.at] }),
    index('visits_page_idx').on(t.page, t.at),
  ],
)

export const visitsPartitions = timePartitions(visits, { every: '1 month', from: '2025-01-01', to: '2025-03-01' })
