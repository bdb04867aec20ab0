import { availableParallelism } from 'node:os'
import type { LiveTable } from '../../catalog/index.ts'
import { displayName, formatBytes } from '../../kernel/index.ts'
import type { Filler } from '../plan.ts'
import { indexesThatStay } from '../strip.ts'
import type { RowTrigger } from '../triggers.ts'
import type { LoadEstimate } from './load-estimate.ts'
import type { ServerFacts } from './settings.ts'
import type { TableEstimate } from './table-estimate.ts'
import { indexNs, type PredictedTime } from './time.ts'

export interface Circumstances {
  readonly server: ServerFacts
  /** server_version_num */
  readonly version: number
  readonly filler: Filler
  readonly jobs: number
  /** The tables are for the time of the load. */
  readonly unlogged: boolean
  readonly lives: readonly LiveTable[]
  /** That fire for each row. */
  readonly triggers: readonly RowTrigger[]
  /** Of this machine. */
  readonly cpus?: number
}

/** What holds a load up, the most important first. A sentence each, without its full stop. */
export function limitsOf(
  estimate: Pick<LoadEstimate, 'tables' | 'disk' | 'time'>,
  circumstances: Circumstances,
): string[] {
  return [
    slowestPhase(estimate.tables, estimate.time),
    ...ofTables(circumstances),
    ...ofSessions(estimate, circumstances),
    ...ofSettings(estimate, circumstances),
  ].filter((limit) => limit !== undefined)
}

function ofTables({ triggers, lives }: Circumstances): string[] {
  const kept = lives.flatMap((live) => indexesThatStay(live).map((index) => ({ live, index })))
  return [
    ...triggers.map((one) => `trigger ${one.trigger} of ${displayName(one)} fires for each row`),
    ...kept.map(
      ({ live, index }) =>
        `index ${index.name} of ${displayName(live)} stays during the load: ${index.valid ? 'it has statistics of its own' : 'it is invalid'}`,
    ),
  ]
}

/** Less than this one session extends without another one noticing. */
const LARGE_BYTES = 100 * 1024 * 1024

function ofSessions(
  { tables }: Pick<LoadEstimate, 'tables'>,
  { version, jobs, filler, cpus = availableParallelism() }: Circumstances,
): (string | undefined)[] {
  const [largest] = [...tables].sort((a, b) => b.heapBytes - a.heapBytes)
  const crowded =
    version < 160_000 &&
    jobs > 1 &&
    largest !== undefined &&
    largest.leaves === 1 &&
    largest.heapBytes > LARGE_BYTES
  return [
    crowded
      ? `PostgreSQL ${Math.floor(version / 10_000)} lets one session at a time extend ${largest.table} (since 16 by many pages at once)`
      : undefined,
    filler === 'copy' && jobs > cpus
      ? `${jobs} sessions make rows on ${cpus} CPUs of this machine`
      : undefined,
    filler === 'copy' && jobs === 1 && cpus > 1
      ? `one session loads, and this machine has ${cpus} CPUs (--jobs)`
      : undefined,
  ]
}

function ofSettings(
  { tables, disk }: Pick<LoadEstimate, 'tables' | 'disk'>,
  { server, filler, unlogged }: Circumstances,
): (string | undefined)[] {
  return [
    disk.walWritten > 3 * server.maxWalBytes
      ? `max_wal_size is ${formatBytes(server.maxWalBytes)} for ${formatBytes(disk.walWritten)} of WAL: about ${Math.ceil(disk.walWritten / (server.maxWalBytes / 2))} checkpoints (gigarow tune apply bulk-safe)`
      : undefined,
    disk.temporary > 0
      ? `maintenance_work_mem is ${formatBytes(server.maintenanceBytes)}: sorts write ${formatBytes(disk.temporary)} of temporary files`
      : undefined,
    filler === 'sql' && !unlogged && tables.some((table) => table.walBytes > 0) && !server.minimalWal
      ? 'the sql filler writes a WAL record for each row'
      : undefined,
    server.keepsWal
      ? 'an archive, a replication slot or wal_keep_size keeps WAL beyond max_wal_size'
      : undefined,
    server.fsync && disk.walWritten > server.maxWalBytes
      ? 'fsync is on: checkpoints wait for the disk (for data that can be made again: gigarow tune plan bulk)'
      : undefined,
  ]
}

/** The phase that takes longest, and in it what takes longest. */
function slowestPhase(
  tables: readonly TableEstimate[],
  { phases, seconds }: PredictedTime,
): string | undefined {
  const [longest] = [...phases].sort((a, b) => b.seconds - a.seconds)
  if (longest === undefined) return undefined
  const share = `${Math.round((100 * longest.seconds) / Math.max(seconds, 1e-9))} % of the time`
  if (longest.phase === 'load') {
    const [largest] = [...tables].sort((a, b) => b.rows * b.rowBytes - a.rows * a.rowBytes)
    return `writing rows: ${share}, most of it for ${largest!.table}, ${largest!.rowBytes.toFixed(0)} bytes a row`
  }
  if (longest.phase === 'indexes') {
    const [slowest] = tables.flatMap((table) => table.indexes).sort((a, b) => indexNs(b) - indexNs(a))
    if (slowest !== undefined)
      return `building indexes: ${share}, most of it for ${slowest.name} (${slowest.method})`
  }
  return longest.phase === 'verify' ? `verifying: ${share}` : `${longest.phase}: ${share}`
}
