import type { Database } from '../../db/index.ts'
import { readDropped } from '../dropped.ts'
import { chooseIndexes } from '../index-mode.ts'
import type { IndexMode } from '../options.ts'
import type { Filler, LoadPlan } from '../plan.ts'
import type { LoadTable } from '../preflight.ts'
import { type RowTrigger, readRowTriggers } from '../triggers.ts'
import { readFacts } from './facts.ts'
import { limitsOf } from './limits.ts'
import { sampleRows } from './sample.ts'
import { readServerFacts, type ServerFacts } from './settings.ts'
import { estimateTable, type TableEstimate } from './table-estimate.ts'
import { type PredictedTime, predictTime } from './time.ts'

/** What a load will leave on the disk, what it needs meanwhile, and how long it may take. */
export interface LoadEstimate {
  readonly tables: readonly TableEstimate[]
  readonly disk: DiskEstimate
  readonly time: PredictedTime
  /** What holds the load up, the most important first. */
  readonly limits: readonly string[]
  /** Those that fire for each row, where they are on now. */
  readonly triggers: readonly RowTrigger[]
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
  readonly withoutTriggers?: boolean
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
  const dropped = await readDropped(db.sql)
  const tables: TableEstimate[] = []
  for (const table of options.tables) {
    const facts = await readFacts(db.sql, table, dropped)
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
  const triggers = await readRowTriggers(db.sql, options.tables)
  const firing = options.withoutTriggers === true ? triggers.filter(({ owned }) => !owned) : triggers
  const lives = options.tables.map(({ live }) => live)
  const limits = limitsOf(
    { tables, disk, time },
    { server, version: db.version, filler, jobs, unlogged, lives, triggers: firing },
  )
  return { tables, disk, time, limits, triggers }
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
