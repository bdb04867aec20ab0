import { binaryCopy, copySql } from './copy-stream.ts'
import { inScratchTable, warmUp } from './scratch.ts'
import type { MeasureTask, WorkerContext } from './worker-protocol.ts'

/** The copy filler's rate on a sample, within a thread as it would load. */
export async function measureCopy(
  { target, create, table, seed }: MeasureTask,
  { tell, signal }: WorkerContext,
): Promise<void> {
  const rows = function* (hi: number): Iterable<Buffer> {
    for (const buffer of binaryCopy(table, { seed, chunk: { lo: 1, hi }, onRows: () => {} })) {
      signal.throwIfAborted()
      yield buffer
    }
  }
  // What the engine compiles meanwhile is not measured.
  for (const _ of rows(warmUp(table)));
  const rate = await inScratchTable({ target, create }, (session) =>
    session.copyIn(copySql(table), rows(table.rows)),
  )
  tell({ type: 'measured', rate })
}
