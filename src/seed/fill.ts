import { type CopySession, openCopySession } from '../copy/index.ts'
import type { Database } from '../db/index.ts'
import { type Emit, ident } from '../kernel/index.ts'
import { type ChunkDone, fillTables } from './chunk-loop.ts'
import type { SeedEvent } from './events.ts'
import { workerName } from './ledger.ts'
import { type Chunk, type Filler, type LoadPlan, segments, type TablePlan, tableKey } from './plan.ts'
import { selectSql } from './rows.ts'
import type { WorkerPool } from './workers.ts'

export interface FillContext {
  readonly db: Database
  readonly run: number
  readonly plan: LoadPlan
  readonly jobs: number
  readonly threads: WorkerPool
  /** Rows that stand in finished chunks when this attempt begins. */
  readonly loaded: number
  readonly emit: Emit<SeedEvent>
  readonly signal: AbortSignal
}

/** Fills every chunk that the ledger does not call done. Both leave the same rows. */
export const FILLERS: Readonly<Record<Filler, (context: FillContext) => Promise<void>>> = {
  copy: fillByCopy,
  sql: fillBySql,
}

/** Threads generate binary COPY, each over a connection of its own. */
async function fillByCopy(context: FillContext): Promise<void> {
  const { db, run, plan, jobs, threads, emit, signal } = context
  let done = context.loaded
  await threads.run({
    tasks: Array.from({ length: jobs }, () => ({ kind: 'fill', target: db.target, run, plan })),
    signal,
    onMessage: (message) => {
      if (message.type === 'rows') {
        done += message.rows
        emit({ type: 'phase.progress', phase: 'load', done })
      }
      if (message.type === 'chunk') emit({ ...message, type: 'chunk.finished' })
    },
  })
}

/** INSERT … SELECT of the generators' SQL, one session a chunk: nothing but statements crosses the wire. */
async function fillBySql(context: FillContext): Promise<void> {
  const failure = new AbortController()
  const signal = AbortSignal.any([context.signal, failure.signal])
  let done = context.loaded
  const onDone = (chunk: ChunkDone) => {
    done += chunk.rows
    context.emit({ type: 'phase.progress', phase: 'load', done })
    context.emit({ type: 'chunk.finished', ...chunk })
  }
  let first: unknown
  const sessions = Array.from({ length: context.jobs }, () =>
    insertTables({ ...context, signal }, onDone).catch((error: unknown) => {
      // The others stop behind their chunk.
      first ??= error
      failure.abort()
    }),
  )
  await Promise.all(sessions)
  if (first !== undefined && !context.signal.aborted) throw first
}

async function insertTables(context: FillContext, onDone: (chunk: ChunkDone) => void): Promise<void> {
  const { db, run, plan, signal } = context
  const session = await openCopySession(db.target, workerName(run))
  try {
    // Ends a statement whose client is gone; without it a killed load works on for seconds.
    await session.query("set client_connection_check_interval = '1s'").catch(() => {})
    const fill = (table: TablePlan, chunk: Chunk) => insertChunk(session, { table, chunk, seed: plan.seed })
    await fillTables(session, { run, plan, signal, fill, onDone })
  } finally {
    await session.close().catch(() => {})
  }
}

interface InsertOptions {
  readonly table: TablePlan
  readonly chunk: Chunk
  readonly seed: number
}

async function insertChunk(session: CopySession, { table, chunk, seed }: InsertOptions): Promise<number> {
  let rows = 0
  for (const { lo, hi } of segments(chunk)) rows += await session.execute(insertSql(table, { seed, lo, hi }))
  return rows
}

/** Identity columns take the given values, GENERATED ALWAYS or not, as COPY does. */
function insertSql(table: TablePlan, rows: { seed: number; lo: number; hi: number }): string {
  const columns = table.columns.map((c) => ident(c.name)).join(', ')
  return `insert into ${tableKey(table)} (${columns}) overriding system value ${selectSql(table, rows)}`
}
