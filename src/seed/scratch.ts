import { type CopySession, openCopySession } from '../copy/index.ts'
import type { MeasureTask } from './worker-protocol.ts'

// Apart from calibrate.ts: threads import it, and must not load the driver that only the main thread needs.

/** Rows a second of what `fill` puts into a table that is gone afterwards. */
export async function inScratchTable(
  { target, create }: Pick<MeasureTask, 'target' | 'create'>,
  fill: (session: CopySession) => Promise<number>,
): Promise<number> {
  const session = await openCopySession(target, 'gigarow seed calibration')
  try {
    await session.query('set jit = off; begin')
    await session.query(create)
    const started = performance.now()
    const rows = await fill(session)
    return (rows * 1000) / Math.max(1, performance.now() - started)
  } finally {
    await session.query('rollback').catch(() => {})
    await session.close().catch(() => {})
  }
}

/** The part of a sample that readies the engine: what is compiled later is not measured. */
export function warmUp({ rows }: Pick<MeasureTask, 'rows'>): number {
  return Math.min(rows, 10_000)
}
