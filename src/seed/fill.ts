import { type CopySession, openCopySession } from '../copy/index.ts'
import type { Database } from '../db/index.ts'
import { type Emit, ident, qualified } from '../kernel/index.ts'
import { type ChunkDone, fillTables, type TableOrder } from './chunk-loop.ts'
import type { SeedEvent } from './events.ts'
import { renewLeaf } from './leaves/fill-leaf.ts'
import type { PartitionTrees } from './leaves/trees.ts'
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
  readonly trees: PartitionTrees
  readonly order: TableOrder
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
  const { db, run, plan, jobs, threads, trees, order, emit, signal } = context
  let done = context.loaded
  await threads.run({
    tasks: Array.from({ length: jobs }, (_, k) => ({
      kind: 'fill',
      target: db.target,
      run,
      plan,
      trees,
      order,
      phase: k / jobs,
    })),
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
  const onRows = (rows: number) => {
    done += rows
    context.emit({ type: 'phase.progress', phase: 'load', done })
  }
  const onDone = (chunk: ChunkDone) => context.emit({ type: 'chunk.finished', ...chunk })
  let first: unknown
  const sessions = Array.from({ length: context.jobs }, (_, k) =>
    insertTables({ ...context, signal, phase: k / context.jobs }, { onRows, onDone }).catch(
      (error: unknown) => {
        // The others stop behind their chunk.
        first ??= error
        failure.abort()
      },
    ),
  )
  await Promise.all(sessions)
  if (first !== undefined && !context.signal.aborted) throw first
}

interface Listener {
  readonly onRows: (rows: number) => void
  readonly onDone: (chunk: ChunkDone) => void
}

async function insertTables(
  context: FillContext & { readonly phase: number },
  { onRows, onDone }: Listener,
): Promise<void> {
  const { db, run, plan, order, phase, signal } = context
  const session = await openCopySession(db.target, workerName(run))
  try {
    // Ends a statement whose client is gone; without it a killed load works on for seconds.
    await session.query("set client_connection_check_interval = '1s'").catch(() => {})
    const fill = (table: TablePlan, chunk: Chunk) =>
      insertChunk(session, { table, chunk, seed: plan.seed, onRows, signal })
    await fillTables(session, { run, plan, order, phase, signal, fill, onDone })
  } finally {
    await session.close().catch(() => {})
  }
}

interface InsertOptions {
  readonly table: TablePlan
  readonly chunk: Chunk
  readonly seed: number
  readonly onRows: (rows: number) => void
  readonly signal: AbortSignal
}

/** A partition that is filled as a whole is larger than a chunk: statement by statement, in the same transaction. */
async function insertChunk(
  session: CopySession,
  { table, chunk, seed, onRows, signal }: InsertOptions,
): Promise<number> {
  const leaf = table.units?.[chunk.chunk]?.leaf
  // INSERT cannot freeze, but what it writes to new files needs no WAL at wal_level = minimal.
  if (leaf !== undefined && (await isWalMinimal(session))) await renewLeaf(session, leaf)
  let rows = 0
  for (let lo = chunk.lo; lo <= chunk.hi; lo += table.chunkRows) {
    for (const part of segments({ lo, hi: Math.min(chunk.hi, lo + table.chunkRows - 1) })) {
      signal.throwIfAborted()
      const into = leaf === undefined ? tableKey(table) : qualified(leaf)
      const inserted = await session.execute(insertSql(table, { into, seed, lo: part.lo, hi: part.hi }))
      onRows(inserted)
      rows += inserted
    }
  }
  return rows
}

async function isWalMinimal(session: CopySession): Promise<boolean> {
  const [row] = await session.query<{ wal_level: string }>('show wal_level')
  return row!.wal_level === 'minimal'
}

/** Identity columns take the given values, GENERATED ALWAYS or not, as COPY does. */
function insertSql(
  table: TablePlan,
  { into, ...rows }: { into: string; seed: number; lo: number; hi: number },
): string {
  const columns = table.columns.map((c) => ident(c.name)).join(', ')
  return `insert into ${into} (${columns}) overriding system value ${selectSql(table, rows)}`
}
