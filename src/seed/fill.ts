import { type Database, withSession } from '../db/index.ts'
import { type Emit, ident } from '../kernel/index.ts'
import type { SeedEvent } from './events.ts'
import { CHUNK_SETTINGS_SQL, CLAIM_SQL, COMPLETE_SQL, workerName } from './ledger.ts'
import { type Filler, type LoadPlan, segments, type TablePlan, tableKey } from './plan.ts'
import { selectSql } from './rows.ts'
import { runWorkers } from './workers.ts'

export interface FillContext {
  readonly db: Database
  readonly run: number
  readonly plan: LoadPlan
  readonly jobs: number
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
async function fillByCopy({ db, run, plan, jobs, loaded, emit, signal }: FillContext): Promise<void> {
  let done = loaded
  await runWorkers({
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
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal, stop.signal])
  let done = context.loaded
  const onRows = (rows: number) => {
    done += rows
    context.emit({ type: 'phase.progress', phase: 'load', done })
  }
  const sessions = Array.from({ length: context.jobs }, () =>
    insertAll({ ...context, signal }, onRows).catch((error: unknown) => {
      stop.abort()
      throw error
    }),
  )
  const results = await Promise.allSettled(sessions)
  const failed = results.filter((r) => r.status === 'rejected').map((r) => r.reason as unknown)
  // The others' failures are the echo of the first one.
  const first = failed.find((error) => (error as Error).name !== 'AbortError')
  if (first !== undefined && !context.signal.aborted) throw first
}

async function insertAll(context: FillContext, onRows: (rows: number) => void): Promise<void> {
  await withSession(context.db, async (session) => {
    await session.unsafe(CHUNK_SETTINGS_SQL)
    // Ends a statement whose client is gone; without it a killed load works on for seconds.
    await session.unsafe("set client_connection_check_interval = '1s'").catch(() => {})
    await session.unsafe(`set application_name = '${workerName(context.run)}'`)
    for (const table of context.plan.tables) {
      while (!context.signal.aborted && (await insertNext(session, { context, table, onRows })));
    }
  })
}

type Session = Parameters<Parameters<typeof withSession>[1]>[0]

async function insertNext(
  session: Session,
  { context, table, onRows }: { context: FillContext; table: TablePlan; onRows: (rows: number) => void },
): Promise<boolean> {
  const key = tableKey(table)
  await session.unsafe('begin')
  try {
    const [claimed] = await session.unsafe<{ chunk: number; lo: string; hi: string }[]>(CLAIM_SQL, [
      context.run,
      key,
    ])
    if (!claimed) {
      await session.unsafe('rollback')
      return false
    }
    const started = performance.now()
    let rows = 0
    for (const { lo, hi } of segments({ lo: Number(claimed.lo), hi: Number(claimed.hi) })) {
      rows += await cancellable(
        session.unsafe(insertSql(table, { seed: context.plan.seed, lo, hi })),
        context.signal,
      )
    }
    const seconds = (performance.now() - started) / 1000
    await session.unsafe(COMPLETE_SQL, [context.run, key, claimed.chunk, rows, seconds])
    await session.unsafe('commit')
    onRows(rows)
    context.emit({ type: 'chunk.finished', table: key, chunk: claimed.chunk, rows, seconds })
    return true
  } catch (error) {
    await session.unsafe('rollback').catch(() => {})
    throw error
  }
}

/** Identity columns take the given values, GENERATED ALWAYS or not, as COPY does. */
function insertSql(table: TablePlan, rows: { seed: number; lo: number; hi: number }): string {
  const columns = table.columns.map((c) => ident(c.name)).join(', ')
  return `insert into ${tableKey(table)} (${columns}) overriding system value ${selectSql(table, rows)}`
}

/** Number of rows of the statement; cancels it on the server when the signal comes. */
async function cancellable(query: ReturnType<Session['unsafe']>, signal: AbortSignal): Promise<number> {
  const cancel = () => query.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const result = await query
    return result.count
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
