import { bigint, index, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

/** Product analytics events: who did what, when and from where. */
export const events = pgTable(
  'events',
  {
    id: bigint({ mode: 'number' }).notNull(),
    userId: bigint('user_id', { mode: 'number' }).notNull(),
    eventType: text('event_type').notNull(),
    eventTime: timestamp('event_time', { withTimezone: true }).notNull(),
    payload: jsonb().notNull(),
  },
  (t) => [
    primaryKey({ name: 'events_pkey', columns: [t.id, t.eventTime] }),
    index('events_user_time_idx').on(t.userId, t.eventTime),
    index('events_type_time_idx').on(t.eventType, t.eventTime),
    index('events_payload_idx').using('gin', t.payload),
    index('events_time_brin_idx').using('brin', t.eventTime),
  ],
)
