import { bigserial, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { partitionBy, timePartitions } from 'gigarow/schema'

export const visits = pgTable(
  'visits',
  {
    id: bigserial({ mode: 'number' }).notNull(),
    page: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [partitionBy.range(t.at), primaryKey({ columns: [t.id, t.at] }), index('visits_at_idx').on(t.at)],
)

export const visitsPartitions = timePartitions(visits, { every: '1 year', from: '2025-01-01', to: '2027-01-01' })
