import type { Database } from '../../db/index.ts'
import { formatBytes } from '../../kernel/index.ts'
import { chooseIndexes } from '../index-mode.ts'
import type { IndexMode } from '../options.ts'
import type { Filler, LoadPlan } from '../plan.ts'
import type { LoadTable } from '../preflight.ts'
import { readFacts } from './facts.ts'
import { sampleRows } from './sample.ts'
import { readServerFacts, type ServerFacts } from './settings.ts'
import { estimateTable, type TableEstimate } from './table-estimate.ts'
import { indexNs, type PredictedTime, predictTime } from './time.ts'

/** What a load will leave on the disk, what it needs meanwhile, and how long it may take. */
export interface LoadEstimate {
  readonly tables: readonly TableEstimate[]
  readonly disk: DiskEstimate
  readonly time: PredictedTime
  /** What holds the load up, the most important first. */
  readonly limits: readonly string[]
}

/** Bytes. */
export interface DiskEstimate {
  readonly heap: number
  readonly indexes: number
  /** What the tables take before the load. */
  readonly present: number
  /** Written in all, and at the most kept at a time. */
  readonly walWritten: number
  readonly walKept: number
  /** Temporary files of sorts. */
  readonly temporary: number
  /** Second files of tables that are logged again, which are gone before indexes are built. */
  readonly rewritten: number
}

export interface EstimateOptions {
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  readonly jobs: number
  readonly filler: Filler
  readonly indexes?: IndexMode | undefined
  readonly unlogged?: boolean | undefined
}

/** Reads the catalog and generates a sample of each table here; changes nothing. */
export async function estimateLoad(db: Database, options: EstimateOptions): Promise<LoadEstimate> {
  const { plan, jobs, filler, unlogged = false } = options
  const { stripped } = chooseIndexes(options.tables, options.indexes)
  const server = await readServerFacts(db.sql)
  const builds = {
    version: db.version,
    maintenanceBytes: Math.max(64 * 1024 * 1024, server.maintenanceBytes / jobs),
    parallel: server.parallelBuilds,
  }
  const tables: TableEstimate[] = []
  for (const table of options.tables) {
    const facts = await readFacts(db.sql, table)
    const alone = estimateTable({
      plan: table.plan,
      facts,
      sample: sampleRows(table.plan, plan.seed),
      builds,
    })
    tables.push(
      table.plan.before === undefined
        ? alone
        : withBefore(alone, { before: table.plan.before.rows, rebuilt: stripped.includes(table) }),
    )
  }
  const time = await predictTime(db.sql, { plan, tables, jobs, filler })
  const disk = estimateDisk(tables, { server, jobs, buildBytes: builds.maintenanceBytes, unlogged })
  return { tables, disk, time, limits: limitsOf({ tables, disk, time }, { server, filler }) }
}

/** Rows that are added need room of their own; indexes that are dropped are built over all of them. */
function withBefore(
  alone: TableEstimate,
  { before, rebuilt }: { before: number; rebuilt: boolean },
): TableEstimate {
  const factor = rebuilt ? (alone.rows + before) / alone.rows : 1
  const indexes = alone.indexes.map((index) => ({
    ...index,
    bytes: index.bytes * factor,
    sortBytes: rebuilt ? index.sortBytes * factor : 0,
    keys: index.keys * factor,
  }))
  return { ...alone, indexes, presentBytes: 0 }
}

export interface DiskOptions {
  readonly server: ServerFacts
  readonly jobs: number
  readonly buildBytes: number
  readonly unlogged?: boolean
}

/** WAL of a page that is written as a whole, of an unlogged table none; one that is logged again is written a second time. */
export function estimateDisk(
  tables: readonly TableEstimate[],
  { server, jobs, buildBytes, unlogged = false }: DiskOptions,
): DiskEstimate {
  const sum = (of: (table: TableEstimate) => number) => tables.reduce((total, table) => total + of(table), 0)
  const heap = sum((table) => table.heapBytes)
  const indexes = sum((table) => sumBytes(table.indexes))
  const rows = unlogged ? (server.minimalWal ? 0 : heap) : sum((table) => table.walBytes)
  const logged = sum((table) => (table.walBytes > 0 ? 1 : 0)) > 0
  const builds = server.minimalWal || !logged ? 0 : indexes
  // VACUUM writes the pages whole again that a checkpoint lies behind.
  const vacuum = !logged ? 0 : heap * (heap > server.maxWalBytes / 2 ? 1 : 0.05)
  const walWritten = rows + builds + vacuum
  const sorts = tables.flatMap((table) => table.indexes.map(({ sortBytes }) => sortBytes))
  const spilled = sorts.filter((bytes) => bytes > buildBytes).sort((a, b) => b - a)
  const twice = unlogged ? tables.map((table) => table.heapBytes).sort((a, b) => b - a) : []
  const most = (sizes: readonly number[]) => sizes.slice(0, jobs).reduce((total, bytes) => total + bytes, 0)
  return {
    heap,
    indexes,
    present: sum((table) => table.presentBytes),
    walWritten,
    walKept: server.keepsWal ? walWritten : Math.min(walWritten, server.maxWalBytes * 1.1),
    temporary: most(spilled),
    rewritten: most(twice),
  }
}

function sumBytes(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((total, { bytes }) => total + bytes, 0)
}

function limitsOf(
  { tables, disk, time }: Pick<LoadEstimate, 'tables' | 'disk' | 'time'>,
  { server, filler }: { server: ServerFacts; filler: Filler },
): string[] {
  return [
    slowestPhase(tables, time),
    disk.walWritten > 3 * server.maxWalBytes
      ? `max_wal_size is ${formatBytes(server.maxWalBytes)} for ${formatBytes(disk.walWritten)} of WAL: about ${Math.ceil(disk.walWritten / (server.maxWalBytes / 2))} checkpoints (gigarow tune apply bulk-safe)`
      : undefined,
    disk.temporary > 0
      ? `maintenance_work_mem is ${formatBytes(server.maintenanceBytes)}: sorts write ${formatBytes(disk.temporary)} of temporary files`
      : undefined,
    filler === 'sql' && tables.some((table) => table.walBytes > 0) && !server.minimalWal
      ? 'the sql filler writes a WAL record for each row'
      : undefined,
    server.keepsWal
      ? 'an archive, a replication slot or wal_keep_size keeps WAL beyond max_wal_size'
      : undefined,
  ].filter((limit) => limit !== undefined)
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
