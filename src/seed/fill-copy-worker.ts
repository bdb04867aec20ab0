import { type CopySession, openCopySession } from '../copy/index.ts'
import { displayName, GigarowError } from '../kernel/index.ts'
import { binaryCopy, copySql } from './copy-stream.ts'
import { CHUNK_SETTINGS_SQL, CLAIM_SQL, COMPLETE_SQL, workerName } from './ledger.ts'
import { type Chunk, type TablePlan, tableKey } from './plan.ts'
import type { WorkerMessage, WorkerTask } from './worker-protocol.ts'

export interface WorkerContext {
  readonly tell: (message: WorkerMessage) => void
  readonly signal: AbortSignal
}

type FillTask = Extract<WorkerTask, { kind: 'fill' }>

/** Takes chunk after chunk from the ledger until none is left, over one connection. */
export async function fillTables(task: FillTask, context: WorkerContext): Promise<void> {
  const session = await openCopySession(task.target, workerName(task.run))
  try {
    await session.query(CHUNK_SETTINGS_SQL)
    for (const table of task.plan.tables) {
      while (await fillNext(session, { task, table, context }));
    }
  } finally {
    await session.close().catch(() => {})
  }
}

async function fillNext(
  session: CopySession,
  { task, table, context }: { task: FillTask; table: TablePlan; context: WorkerContext },
): Promise<boolean> {
  const key = tableKey(table)
  await session.query('begin')
  try {
    const [claimed] = await session.query<{ chunk: number; lo: string; hi: string }>(CLAIM_SQL, [
      task.run,
      key,
    ])
    if (!claimed) {
      await session.query('rollback')
      return false
    }
    const chunk = { chunk: claimed.chunk, lo: Number(claimed.lo), hi: Number(claimed.hi) }
    const started = performance.now()
    const rows = await session.copyIn(copySql(table), stoppable(table, { task, chunk, context }))
    checkCount(table, chunk, rows)
    const seconds = (performance.now() - started) / 1000
    await session.query(COMPLETE_SQL, [task.run, key, chunk.chunk, rows, seconds])
    await session.query('commit')
    context.tell({ type: 'chunk', table: key, chunk: chunk.chunk, rows, seconds })
    return true
  } catch (error) {
    await session.query('rollback').catch(() => {})
    throw error
  }
}

function* stoppable(
  table: TablePlan,
  { task, chunk, context }: { task: FillTask; chunk: Chunk; context: WorkerContext },
): Iterable<Buffer> {
  const onRows = (rows: number) => context.tell({ type: 'rows', rows })
  for (const buffer of binaryCopy(table, { seed: task.plan.seed, chunk, onRows })) {
    context.signal.throwIfAborted()
    yield buffer
  }
}

function checkCount(table: TablePlan, { lo, hi, chunk }: Chunk, rows: number): void {
  if (rows === hi - lo + 1) return
  throw new GigarowError(
    'SEED_COUNT_DIFFERS',
    `The server took ${rows} of ${hi - lo + 1} rows of chunk ${chunk} of ${displayName(table.table)}.`,
    {
      facts: { table: displayName(table.table), chunk, sent: hi - lo + 1, taken: rows },
      hint: 'Something on the table removes rows: an INSTEAD rule, a trigger that returns null, row security. Disable it for the load.',
    },
  )
}
