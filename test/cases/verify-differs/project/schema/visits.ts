import { bigserial, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

export const visits = pgTable(
  'visits',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    page: text().notNull(),
    referrer: text(),
    at: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [index('visits_at_idx').on(t.at)],
)
