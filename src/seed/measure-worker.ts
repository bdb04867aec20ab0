import { binaryCopy, copySql } from './copy-stream.ts'
import { inScratchTable, warmUp } from './scratch.ts'
import type { MeasureTask, WorkerContext } from './worker-protocol.ts'

/** The copy filler's rate on a sample, within a thread as it would load. */
export async function measureCopy(task: MeasureTask, { tell, signal }: WorkerContext): Promise<void> {
  const { into, table, seed } = task
  const rows = function* (hi: number): Iterable<Buffer> {
    for (const buffer of binaryCopy(table, { seed, chunk: { lo: 1, hi }, onRows: () => {} })) {
      signal.throwIfAborted()
      yield buffer
    }
  }
  // What the engine compiles meanwhile is not measured.
  for (const _ of rows(warmUp(task)));
  const rate = await inScratchTable(task, (session) =>
    session.copyIn(copySql(table, { name: into, freeze: false }), rows(task.rows)),
  )
  tell({ type: 'measured', rate })
}
