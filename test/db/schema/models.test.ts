import { fileURLToPath } from 'node:url'
import { count, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { expect, test } from 'vitest'
import * as models from '../../../schema/index.ts'
import { openPool, targetUrl } from '../../../src/db/index.ts'
import { migrateDown, migrateUp, readMigrations } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
const folder = fileURLToPath(new URL('../../../migrations', import.meta.url))

test('the models of the repository migrate up, take rows by Drizzle, and migrate down', async () => {
  const options = { db: targetUrl(target), folder }
  await migrateUp(options)
  const client = openPool(target, { max: 1, applicationName: 'models' })
  try {
    const db = drizzle(client, { schema: models })
    const [user] = await db.insert(models.users).values({ name: 'Ann' }).returning()
    await db.insert(models.emails).values({ userId: user!.id, email: 'ann@example.org' })
    await db.insert(models.phoneNumbers).values({ userId: user!.id, phoneNumber: '+49 1' })
    const joined = await db
      .select()
      .from(models.users)
      .innerJoin(models.emails, eq(models.emails.userId, models.users.id))
    expect(joined).toMatchObject([{ users: { name: 'Ann' }, emails: { email: 'ann@example.org' } }])

    const row = { timestamp: new Date('2025-05-01T10:00Z'), generatorId: 7, powerOutput: 1.5 }
    for (const _twice of [1, 2]) await db.insert(models.generationData).values(row).onConflictDoNothing()
    expect(await db.select({ n: count() }).from(models.generationData)).toEqual([{ n: 1 }])

    const at = new Date('2026-01-15Z')
    await db.insert(models.pipelineLogs).values({ pipelineName: 'load', status: 'ok', createdAt: at })
    await db.insert(models.rawData).values({ source: 'api', payload: {}, ingestedAt: at })
    await db.insert(models.factDataMetrics).values({ metricName: 'rows', metricValue: 1, createdAt: at })
    await db.insert(models.uptimeLog).values({ serviceName: 'api', status: 'up', timestamp: at })
    expect(await client`select tableoid::regclass::text as leaf from monitoring.uptime_log`).toEqual([
      { leaf: 'monitoring.uptime_log_p2026_01' },
    ])

    await db.insert(models.events).values(
      [1, 2].map((userId) => ({
        userId,
        eventType: 'click',
        eventTime: new Date('2025-03-01T10:20Z'),
        payload: {},
      })),
    )
    await client`refresh materialized view concurrently mv_hourly_stats`
    await client`refresh materialized view concurrently mv_stats_total`
    expect(await db.select().from(models.hourlyStats)).toMatchObject([
      { eventType: 'click', eventCount: '2', uniqueUsers: '2' },
    ])
    expect(await db.select().from(models.statsTotal)).toMatchObject([{ totalEvents: '2', totalUsers: '2' }])
  } finally {
    await client.end()
  }

  for (const _migration of await readMigrations(folder))
    await migrateDown({ ...options, allowDataLoss: true })
  const sql = openPool(target, { max: 1, applicationName: 'models' })
  const left = await sql`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = relnamespace
     where nspname not like 'pg\\_%' and nspname not in ('information_schema', 'gigarow')`
  await sql.end()
  expect(left).toEqual([])
})
