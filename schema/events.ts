import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  index,
  jsonb,
  pgMaterializedView,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { materialized, partitionBy, timePartitions, uniqueIndex } from 'gigarow/schema'

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

/** All of 2025, which the seed profile fills, and January 2026. */
export const eventsPartitions = timePartitions(events, {
  every: '1 month',
  from: '2025-01-01',
  to: '2026-02-01',
})

/** One row: all events and all users, counted when it was refreshed. */
export const statsTotal = pgMaterializedView('mv_stats_total').as((qb) =>
  qb
    .select({
      totalEvents: sql<number>`count(*)`.as('total_events'),
      totalUsers: sql<number>`count(distinct ${events.userId})`.as('total_users'),
      refreshedAt: sql<Date>`now()`.as('refreshed_at'),
    })
    .from(events),
)

export const statsTotalRules = materialized(statsTotal, {
  indexes: (v) => [uniqueIndex('mv_stats_total_key').on(v.refreshedAt)],
  refresh: { every: '1 hour', concurrently: true },
})

/** For dashboards: what happened in each hour. */
export const hourlyStats = pgMaterializedView('mv_hourly_stats').as((qb) =>
  qb
    .select({
      hour: sql<Date>`date_trunc('hour', ${events.eventTime})`.as('hour'),
      eventType: events.eventType,
      eventCount: sql<number>`count(*)`.as('event_count'),
      uniqueUsers: sql<number>`count(distinct ${events.userId})`.as('unique_users'),
    })
    .from(events)
    .groupBy(sql`1`, events.eventType),
)

export const hourlyStatsRules = materialized(hourlyStats, {
  indexes: (v) => [uniqueIndex('mv_hourly_stats_key').on(v.hour, v.eventType)],
  refresh: { every: '5 min', concurrently: true },
})
