import { bigserial, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

/** The table of the one billion row challenge. */
export const billionRows = pgTable(
  'billion_rows',
  {
    id: bigserial({ mode: 'number' }).notNull(),
    value: text().notNull(),
    createdAt: timestamp('created_at').notNull(),
  },
  (t) => [primaryKey({ name: 'pk_id', columns: [t.id] }), index('idx_value').on(t.value)],
)
