import { openCopySession } from '../copy/index.ts'
import { fillTables } from './chunk-loop.ts'
import { binaryCopy, copySql } from './copy-stream.ts'
import { renewLeaf } from './leaves/fill-leaf.ts'
import { routedCopy } from './leaves/routed-copy.ts'
import { workerName } from './ledger.ts'
import { type Chunk, type TablePlan, tableKey } from './plan.ts'
import type { WorkerContext, WorkerTask } from './worker-protocol.ts'

/** A message to the main thread for every buffer would cost 3 % of a load; this is ten or twenty a second. */
const TELL_ROWS = 50_000

type FillTask = Extract<WorkerTask, { kind: 'fill' }>

/** The copy filler's half of a thread: rows are made here and sent as binary COPY. */
export async function copyTables(
  { target, run, plan, trees, order, phase }: FillTask,
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
      order,
      phase,
      signal,
      fill: async (table, chunk) => {
        const leaf = table.units?.[chunk.chunk]?.leaf
        if (leaf !== undefined) {
          const freeze = await renewLeaf(session, leaf)
          return session.copyIn(copySql(table, { name: leaf, freeze }), buffers(table, chunk))
        }
        const root = trees[tableKey(table)]
        if (root === undefined) return session.copyIn(copySql(table), buffers(table, chunk))
        return routedCopy(session, { table, root, chunk, seed: plan.seed, phase, onRows, signal })
      },
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
