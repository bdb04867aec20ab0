import {
  bigint,
  bigserial,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { partitionBy, type TimePolicy, timePartitions } from 'gigarow/schema'

/** A data platform that takes in 100 GB a day: four tables in three schemas, one partition a month. */
export const warehouse = pgSchema('warehouse')
export const staging = pgSchema('staging')
export const monitoring = pgSchema('monitoring')

/** This month and the next three; a month leaves its table after a year and stays as a table of its own. */
const MONTHLY: TimePolicy = {
  every: '1 month',
  from: '2025-12-01',
  premake: 3,
  retain: '12 months',
  onExpire: 'detach',
}

const id = () => bigserial({ mode: 'number' }).notNull()
const time = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow()

export const pipelineLogs = warehouse.table(
  'pipeline_logs',
  {
    id: id(),
    pipelineName: text('pipeline_name').notNull(),
    status: text().notNull(),
    message: text(),
    recordsProcessed: bigint('records_processed', { mode: 'number' }).notNull().default(0),
    createdAt: time('created_at'),
  },
  (t) => [
    partitionBy.range(t.createdAt),
    primaryKey({ name: 'pipeline_logs_pkey', columns: [t.id, t.createdAt] }),
    index('pipeline_logs_name_idx').on(t.pipelineName, t.createdAt),
  ],
)
export const pipelineLogsPartitions = timePartitions(pipelineLogs, MONTHLY)

export const rawData = staging.table(
  'raw_data',
  {
    id: id(),
    source: text().notNull(),
    payload: jsonb().notNull(),
    ingestedAt: time('ingested_at'),
  },
  (t) => [
    partitionBy.range(t.ingestedAt),
    primaryKey({ name: 'raw_data_pkey', columns: [t.id, t.ingestedAt] }),
    index('raw_data_ingested_brin_idx').using('brin', t.ingestedAt),
  ],
)
export const rawDataPartitions = timePartitions(rawData, MONTHLY)

export const factDataMetrics = warehouse.table(
  'fact_data_metrics',
  {
    id: id(),
    metricName: text('metric_name').notNull(),
    metricValue: doublePrecision('metric_value').notNull(),
    dimensions: jsonb(),
    createdAt: time('created_at'),
  },
  (t) => [
    partitionBy.range(t.createdAt),
    primaryKey({ name: 'fact_data_metrics_pkey', columns: [t.id, t.createdAt] }),
    index('fact_data_metrics_name_idx').on(t.metricName, t.createdAt),
  ],
)
export const factDataMetricsPartitions = timePartitions(factDataMetrics, MONTHLY)

export const uptimeLog = monitoring.table(
  'uptime_log',
  {
    id: id(),
    serviceName: text('service_name').notNull(),
    status: text().notNull(),
    responseTimeMs: integer('response_time_ms'),
    timestamp: time('timestamp'),
  },
  (t) => [
    partitionBy.range(t.timestamp),
    primaryKey({ name: 'uptime_log_pkey', columns: [t.id, t.timestamp] }),
    index('uptime_log_service_idx').on(t.serviceName, t.timestamp),
  ],
)
export const uptimeLogPartitions = timePartitions(uptimeLog, MONTHLY)
