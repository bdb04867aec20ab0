import { type CopySession, openCopySession } from '../copy/index.ts'
import { rowsOf } from './compiled.ts'
import { workerName } from './ledger.ts'
import { chunkAt, segments, type TablePlan, tableKey } from './plan.ts'
import { isByChunk, rowNumberSql } from './row-number.ts'
import { checksumOfSum, RowHash, rowHashSql } from './rows.ts'
import type { ChunkSum, VerifyUnit, WorkerContext, WorkerTask } from './worker-protocol.ts'

type VerifyTask = Extract<WorkerTask, { kind: 'verify' }>

/** Takes units in turn with the other threads: recomputes chunks, or has the server sum up what stands in its blocks. */
export async function verifyUnits(task: VerifyTask, { tell, signal }: WorkerContext): Promise<void> {
  const next = new Int32Array(task.queue)
  const session = await openCopySession(task.target, workerName(task.run))
  try {
    await session.query('set jit = off')
    for (;;) {
      signal.throwIfAborted()
      const unit = task.units[Atomics.add(next, 0, 1)]
      if (!unit) return
      const table = task.plan.tables[unit.table]!
      const sums =
        unit.side === 'found'
          ? await readBlocks(session, table, unit)
          : recompute(table, { seed: task.plan.seed, unit })
      const rows = sums.reduce((total, sum) => total + sum.rows, 0)
      tell({ type: 'sum', side: unit.side, table: tableKey(table), sums, rows })
      // A recomputation never yields: let a stop arrive.
      await new Promise(setImmediate)
    }
  } finally {
    await session.close().catch(() => {})
  }
}

function recompute(
  table: TablePlan,
  { seed, unit }: { seed: number; unit: Extract<VerifyUnit, { side: 'expected' }> },
): ChunkSum[] {
  const sums: ChunkSum[] = []
  for (let k = unit.firstChunk; k <= unit.lastChunk; k++) {
    const chunk = chunkAt(table, k)
    const sum = new RowHash()
    for (const { block, lo, hi } of segments(chunk)) {
      const rows = rowsOf(table, { seed, block })
      for (let i = lo; i <= hi; i++) rows.hashInto(i, sum)
    }
    sums.push({ chunk: k, rows: chunk.hi - chunk.lo + 1, sum: sum.value })
  }
  return sums
}

/** By blocks, not by key: every row version is read exactly once, in the order of the disk, with or without an index. */
async function readBlocks(
  session: CopySession,
  table: TablePlan,
  unit: Extract<VerifyUnit, { side: 'found' }>,
): Promise<ChunkSum[]> {
  const chunk = isByChunk(table) ? `floor(${rowNumberSql(table)} / ${table.chunkRows})` : '0'
  const rows = await session.query<{ chunk: string; rows: string; sum: string }>(
    `select ${chunk}::text as chunk, count(*)::text as rows, coalesce(sum(${rowHashSql(table, 't')}), 0)::text as sum
       from ${unit.relation} t where ${unit.condition} group by 1`,
  )
  return rows.map((r) => ({
    chunk: Number(r.chunk),
    rows: Number(r.rows),
    sum: checksumOfSum(r.sum),
  }))
}
