import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Cluster } from '../../../src/cluster/index.ts'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import { autoConfMap } from '../../../src/tuning/auto-conf.ts'
import { defineTuning, type SettingSpec, type TuningContext } from '../../../src/tuning/index.ts'
import { openTestCluster, temporaryDir } from '../../support/index.ts'

/** Durability on, as on a server that holds something. */
export const DURABLE = { shared_buffers: '32MB', max_connections: '20' } as const

/** One server for all tests of a file: each of them leaves it as it was, that is what they prove. */
export function serverOfFile(): {
  readonly cluster: Cluster
  readonly root: string
  readonly tuning: TuningContext
} {
  const root = temporaryDir()
  const cluster = openTestCluster(root, { settings: DURABLE })
  beforeAll(async () => {
    await cluster.start()
  })
  afterAll(() => cluster.reset())
  return { cluster, root, tuning: tuningOn(cluster, root) }
}

/** The engine on a throwaway server, as the CLI would call it. */
export function tuningOn(cluster: Cluster, root: string): TuningContext {
  return {
    connect: async (doing, use) => withDatabase(await cluster.start(), { doing, max: 3 }, use),
    stateDir: join(root, '.gigarow'),
    driver: cluster,
    get dataDirectory() {
      return cluster.dataDirectory
    },
  }
}

export async function onServer<T>(cluster: Cluster, use: (sql: Sql) => Promise<T>): Promise<T> {
  return withDatabase(await cluster.start(), { doing: 'testing', max: 1 }, ({ sql }) => use(sql))
}

/** Runs statements one by one, then restarts: what they set is in force and nothing is pending. */
export async function prepare(cluster: Cluster, statements: readonly string[]): Promise<void> {
  await onServer(cluster, async (sql) => {
    for (const statement of statements) await sql.unsafe(statement)
  })
  await cluster.restart()
}

/** Everything that a revert promises: the map of postgresql.auto.conf, and what the server uses, and from where. */
export async function snapshot(cluster: Cluster) {
  const settings = await onServer(
    cluster,
    (sql) => sql<{ name: string; setting: string; source: string; pending: boolean }[]>`
      select name, setting, source, pending_restart as pending from pg_settings
       where name not in ('application_name') order by name`,
  )
  const file = readFileSync(join(cluster.dataDirectory, 'postgresql.auto.conf'), 'utf8')
  return { auto: Object.fromEntries(autoConfMap(file)), settings: settings.map((row) => ({ ...row })) }
}

export function profileOf(settings: Record<string, Partial<SettingSpec>>, name = 'test') {
  const full = Object.entries(settings).map(([key, spec]) => [
    key,
    { value: 1, reason: 'a test', level: 'L1', ...spec },
  ])
  return defineTuning({ name, description: 'a test', settings: Object.fromEntries(full) })
}

/** What auto.conf of a real server may hold: list settings, quotes, fractions, a name of somebody's own. */
export const ODD_SETTINGS = [
  `alter system set max_wal_size = '2GB'`,
  `alter system set work_mem = '0.01GB'`,
  `alter system set search_path = '$user', 'My "odd", schema', 'public'`,
  `alter system set cluster_name = 'it''s a \\test'`,
  `alter system set full_page_writes = 'true'`,
  `alter system set datestyle = 'iso', 'dmy'`,
] as const
