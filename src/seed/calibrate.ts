import { type Database, errorCodeOf, SQLSTATE } from '../db/index.ts'
import { displayName, ident, qualified } from '../kernel/index.ts'
import type { Filler, LoadPlan } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import { selectSql } from './rows.ts'
import { inScratchTable } from './scratch.ts'
import type { MeasureTask } from './worker-protocol.ts'
import type { WorkerPool } from './workers.ts'

export interface Calibration {
  readonly filler: Filler
  /** Ends the sentence "filler copy: …". */
  readonly reason: string
  readonly tables: readonly MeasuredTable[]
}

/** Rows a second of all sessions together. */
export interface MeasuredTable {
  readonly table: string
  /** Rows of each session's sample. */
  readonly sample: number
  readonly copy: number
  readonly sql: number
}

export interface CalibrateOptions {
  readonly plan: LoadPlan
  readonly jobs: number
  readonly threads: WorkerPool
  /** The tables will be unlogged. */
  readonly unlogged?: boolean | undefined
  readonly signal: AbortSignal
}

const SAMPLE_ROWS = 60_000
/** Below, measuring takes longer than it can save. */
const LEAST_ROWS = 200_000
/** The largest tables, until so much of the rows is measured. */
const SHARE = 0.9
const MAX_TABLES = 5

/**
 * Loads a sample of the largest tables by both fillers, with as many sessions as the load, and takes the one that would be done first. The
 * samples go into tables of the sessions' own, made and rolled back in one transaction: whatever ends it, nothing stays.
 */
export async function calibrate(
  db: Database,
  tables: readonly LoadTable[],
  options: CalibrateOptions,
): Promise<Calibration> {
  const { plan } = options
  const largest = pickLargest(tables)
  const total = plan.tables.reduce((sum, { rows }) => sum + rows, 0)
  if (total < LEAST_ROWS) return { filler: 'copy', reason: 'too few rows to measure', tables: [] }
  try {
    const measured = await measure(db, largest, options)
    return { ...decide(largest, measured), tables: measured }
  } catch (error) {
    if (errorCodeOf(error) !== SQLSTATE.INSUFFICIENT_PRIVILEGE) throw error
    const reason = `this role may not make the tables of a sample (${(error as Error).message})`
    return { filler: 'copy', reason, tables: [] }
  }
}

async function measure(
  db: Database,
  largest: readonly LoadTable[],
  { plan, jobs, threads, unlogged, signal }: CalibrateOptions,
): Promise<MeasuredTable[]> {
  const measured: MeasuredTable[] = []
  for (const table of largest) {
    signal.throwIfAborted()
    const tasks = Array.from({ length: jobs }, (_, k) =>
      taskFor(db, table, { seed: plan.seed, jobs, unlogged, k }),
    )
    const sample = tasks[0]!.rows
    const sql = (await Promise.all(tasks.map(measureSql))).reduce((sum, rate) => sum + rate, 0)
    let copy = 0
    await threads.run({
      tasks,
      signal,
      onMessage: (message) => {
        if (message.type === 'measured') copy += message.rate
      },
    })
    signal.throwIfAborted()
    measured.push({ table: displayName(table.plan.table), sample, copy, sql })
  }
  return measured
}

function pickLargest(tables: readonly LoadTable[]): LoadTable[] {
  const sorted = [...tables].sort((a, b) => b.plan.rows - a.plan.rows)
  const enough = sorted.reduce((sum, { plan }) => sum + plan.rows, 0) * SHARE
  let rows = 0
  return sorted.slice(0, MAX_TABLES).filter(({ plan }) => {
    const needed = rows < enough
    rows += plan.rows
    return needed
  })
}

function decide(
  tables: readonly LoadTable[],
  measured: readonly MeasuredTable[],
): Pick<Calibration, 'filler' | 'reason'> {
  const seconds = (filler: Filler) =>
    measured.reduce((sum, table, k) => sum + tables[k]!.plan.rows / table[filler], 0)
  const [copy, sql] = [seconds('copy'), seconds('sql')]
  const filler = copy <= sql ? 'copy' : 'sql'
  const ratio = Math.max(copy, sql) / Math.min(copy, sql)
  return { filler, reason: `${ratio.toFixed(1)} times as fast on a sample` }
}

/** Its table is logged or not as the real one is: that is what the fillers differ in most. */
function taskFor(
  { target }: Database,
  { plan, live }: LoadTable,
  { seed, jobs, unlogged, k }: { seed: number; jobs: number; unlogged?: boolean | undefined; k: number },
): MeasureTask {
  const into = { schema: 'gigarow', name: `calibration_${process.pid}_${k}` }
  const kind = unlogged || live.leaves.every((leaf) => leaf.unlogged) ? 'unlogged table' : 'table'
  const like = `(like ${qualified(live)} including defaults including generated including identity)`
  return {
    kind: 'measure',
    target,
    create: `create ${kind} ${qualified(into)} ${like}`,
    into,
    // As if the rows were the first ones: what they are made of does not depend on their numbers.
    table: { ...plan, offset: 0 },
    rows: Math.min(plan.rows, SAMPLE_ROWS, Math.max(1000, Math.ceil(plan.rows / jobs))),
    seed,
  }
}

async function measureSql(task: MeasureTask): Promise<number> {
  const { into, table, rows, seed } = task
  const columns = table.columns.map((column) => ident(column.name)).join(', ')
  const insert = `insert into ${qualified(into)} (${columns}) overriding system value`
  return inScratchTable(task, (session) =>
    session.execute(`${insert} ${selectSql(table, { seed, lo: 1, hi: rows })}`),
  )
}
