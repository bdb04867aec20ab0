import { bigserial, pgTable, timestamp } from 'drizzle-orm/pg-core'

export const visits = pgTable('visits', {
  id: bigserial({ mode: 'number' }).primaryKey(),
  at: timestamp({ withTimezone: true }).notNull(),
})
