import { defineSeed, fill, gen } from 'gigarow/seed'
import { factDataMetrics, pipelineLogs, rawData, uptimeLog } from '../schema/platform.ts'

const span = { from: '2025-12-01', to: '2026-04-01' } as const
const pipeline = gen.zipf({ max: 200 })
const service = gen.choice({ api: 40, airflow: 20, kafka: 15, postgres: 15, dashboard: 10 })

/** Four months of a platform that takes in 100 million records a day, as much as it takes in on one of them. */
export default defineSeed({
  name: 'platform',
  seed: 1,
  tables: [
    fill(pipelineLogs, {
      rows: 5_000_000,
      columns: {
        id: gen.sequence(),
        pipelineName: gen.choice({ ingest: 45, clean: 25, enrich: 15, aggregate: 10, export: 5 }),
        status: gen.choice({ success: 940, retry: 45, failed: 15 }),
        message: gen.nullable(gen.words({ min: 4, max: 12 }), 0.9),
        recordsProcessed: gen.lognormal({ median: 10_000, sigma: 1.2 }),
        createdAt: gen.businessHours(span),
      },
    }),
    fill(rawData, {
      rows: 60_000_000,
      columns: {
        id: gen.sequence(),
        source: gen.choice({ sensors: 50, web: 25, partners: 15, files: 10 }),
        payload: gen.json({
          pipeline,
          amount: gen.lognormal({ median: 40, sigma: 1, scale: 2 }),
          currency: gen.city({ field: 'currency' }),
          country: gen.city({ field: 'countryCode' }),
          customer: gen.pareto({ max: 5_000_000 }),
          measured: gen.timestamp(span),
          note: gen.words({ min: 2, max: 6 }),
          checksum: gen.hex(32),
        }),
        ingestedAt: gen.timestampSeries(span),
      },
    }),
    fill(factDataMetrics, {
      rows: 30_000_000,
      columns: {
        id: gen.sequence(),
        metricName: gen.choice(['rows_in', 'rows_out', 'latency_ms', 'null_ratio', 'duplicates']),
        metricValue: gen.normal({ mean: 100, stddev: 15, scale: 4 }),
        dimensions: gen.nullable(gen.json({ pipeline, service }), 0.1),
        createdAt: gen.timestampSeries(span),
      },
    }),
    fill(uptimeLog, {
      rows: 5_000_000,
      columns: {
        id: gen.sequence(),
        serviceName: service,
        status: gen.choice({ up: 9985, degraded: 10, down: 5 }),
        responseTimeMs: gen.nullable(gen.exponential({ mean: 120 }), 0.0005),
        timestamp: gen.timestampSeries(span),
      },
    }),
  ],
  queries: [
    {
      title: 'Runs of each pipeline',
      sql: `select pipeline_name, count(*) as runs, round(100.0 * count(*) filter (where status = 'failed') / count(*), 2) as failed_percent
              from warehouse.pipeline_logs group by pipeline_name order by runs desc`,
    },
    {
      title: 'Availability of each service',
      sql: `select service_name, count(*) as probes, round(100.0 * count(*) filter (where status = 'up') / count(*), 3) as up_percent
              from monitoring.uptime_log group by service_name order by service_name`,
    },
  ],
})
