import { bigserial, boolean, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { partitionBy, timePartitions } from 'gigarow/schema'

export const orders = pgTable(
  'orders',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    status: text().notNull(),
    paid: boolean().notNull(),
  },
  (t) => [index('orders_status_idx').on(t.status)],
)

export const visits = pgTable(
  'visits',
  { id: bigserial({ mode: 'number' }).notNull(), at: timestamp({ withTimezone: true }).notNull() },
  (t) => [partitionBy.range(t.at)],
)

export const visitsPartitions = timePartitions(visits, {
  every: '1 month',
  from: '2025-01-01',
  to: '2025-04-01',
})
