import { bigint, bigserial, index, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { partitionBy, timePartitions } from 'gigarow/schema'

/**
 * Product analytics events: who did what, when and from where. One partition a month.
 *
 * `id` is a bigserial and not an identity column: PostgreSQL 14 to 16 have no identity columns on partitioned tables,
 * while a sequence's default works on all versions and is inherited by every partition.
 */
export const events = pgTable(
  'events',
  {
    id: bigserial({ mode: 'number' }).notNull(),
    userId: bigint('user_id', { mode: 'number' }).notNull(),
    eventType: text('event_type').notNull(),
    eventTime: timestamp('event_time', { withTimezone: true }).notNull(),
    payload: jsonb().notNull(),
  },
  (t) => [
    partitionBy.range(t.eventTime),
    primaryKey({ name: 'events_pkey', columns: [t.id, t.eventTime] }),
    index('events_user_time_idx').on(t.userId, t.eventTime),
    index('events_type_time_idx').on(t.eventType, t.eventTime),
    index('events_payload_idx').using('gin', t.payload),
    index('events_time_brin_idx').using('brin', t.eventTime),
  ],
)

/** All of 2025 and January 2026: the time that the seed profile fills. */
export const eventsPartitions = timePartitions(events, {
  every: '1 month',
  from: '2025-01-01',
  to: '2026-02-01',
})
