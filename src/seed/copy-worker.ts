import { openCopySession } from '../copy/index.ts'
import { fillTables } from './chunk-loop.ts'
import { binaryCopy, copySql } from './copy-stream.ts'
import { workerName } from './ledger.ts'
import type { Chunk, TablePlan } from './plan.ts'
import type { WorkerContext, WorkerTask } from './worker-protocol.ts'

/** A message to the main thread for every buffer would cost 3 % of a load; this is ten or twenty a second. */
const TELL_ROWS = 50_000

type FillTask = Extract<WorkerTask, { kind: 'fill' }>

/** The copy filler's half of a thread: rows are made here and sent as binary COPY. */
export async function copyTables(
  { target, run, plan }: FillTask,
  { tell, signal }: WorkerContext,
): Promise<void> {
  const session = await openCopySession(target, workerName(run))
  let untold = 0
  const onRows = (rows: number) => {
    untold += rows
    if (untold < TELL_ROWS) return
    tell({ type: 'rows', rows: untold })
    untold = 0
  }
  const buffers = function* (table: TablePlan, chunk: Chunk): Iterable<Buffer> {
    for (const buffer of binaryCopy(table, { seed: plan.seed, chunk, onRows })) {
      signal.throwIfAborted()
      yield buffer
    }
  }
  try {
    await fillTables(session, {
      run,
      plan,
      signal,
      fill: (table, chunk) => session.copyIn(copySql(table), buffers(table, chunk)),
      onDone: (done) => {
        tell({ type: 'rows', rows: untold })
        untold = 0
        tell({ type: 'chunk', ...done })
      },
    })
  } finally {
    await session.close().catch(() => {})
  }
}
