import { openCopySession } from '../copy/index.ts'
import { fillTables } from './chunk-loop.ts'
import { binaryCopy, copySql } from './copy-stream.ts'
import { workerName } from './ledger.ts'
import type { Chunk, TablePlan } from './plan.ts'
import type { WorkerContext, WorkerTask } from './worker-protocol.ts'

type FillTask = Extract<WorkerTask, { kind: 'fill' }>

/** The copy filler's half of a thread: rows are made here and sent as binary COPY. */
export async function copyTables(
  { target, run, plan }: FillTask,
  { tell, signal }: WorkerContext,
): Promise<void> {
  const session = await openCopySession(target, workerName(run))
  const onRows = (rows: number) => tell({ type: 'rows', rows })
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
      onDone: (done) => tell({ type: 'chunk', ...done }),
    })
  } finally {
    await session.close().catch(() => {})
  }
}
