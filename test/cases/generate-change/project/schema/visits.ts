import { bigserial, check, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'

export const visits = pgTable(
  'visits',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    page: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    source: text(),
  },
  (t) => [
    index('visits_at_idx').on(t.at),
    index('visits_source_idx').on(t.source),
    check('visits_page', sql`${t.page} <> ''`),
  ],
)
