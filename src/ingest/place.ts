import type { CopySession } from '../copy/index.ts'
import type { Batch } from './careful.ts'
import type { Reject } from './ledger.ts'
import type { ImportFile } from './plan.ts'
import { isRowError, placeOf, reasonOf } from './refused.ts'
import type { Sink, Taken } from './sink.ts'

export interface Placing {
  readonly session: CopySession
  readonly sink: Sink
  readonly file: ImportFile
  readonly onTaken: (taken: Taken) => void
  /** May throw: then the import stops. */
  readonly onReject: (reject: Reject) => void
}

/**
 * Puts the records of a batch into the table but those that the server refuses: what fails is rolled back to its savepoint and tried in parts, at
 * the line that the server names, else in halves, down to the one row.
 */
export async function placeBatch(batch: Batch, placing: Placing): Promise<void> {
  await placePart(batch, { from: 0, to: batch.lines.length }, placing)
}

interface Part {
  readonly from: number
  readonly to: number
}

async function placePart(batch: Batch, { from, to }: Part, placing: Placing): Promise<void> {
  if (from >= to) return
  const error = await tryPart(batch, { from, to }, placing)
  if (error === undefined) return
  if (to - from === 1) {
    placing.onReject({ line: batch.lines[from]!, column: placeOf(error).column, reason: reasonOf(error) })
    return
  }
  const named = recordOfLine(batch, { from, to }, placeOf(error).line)
  const parts =
    named === undefined
      ? halves({ from, to })
      : [
          { from, to: named },
          { from: named, to: named + 1 },
          { from: named + 1, to },
        ]
  for (const part of parts) await placePart(batch, part, placing)
}

function halves({ from, to }: Part): readonly Part[] {
  const middle = (from + to) >> 1
  return [
    { from, to: middle },
    { from: middle, to },
  ]
}

async function tryPart(
  { bytes, bounds }: Batch,
  { from, to }: Part,
  { session, sink, file, onTaken }: Placing,
): Promise<unknown> {
  await session.query('savepoint gigarow_part')
  try {
    // A copy: a socket may hold a small message for a while, and the batch is sent again in parts.
    const taken = await sink.put(file, [Buffer.from(bytes.subarray(bounds[from]!, bounds[to]!))])
    await session.query('release savepoint gigarow_part')
    onTaken(taken)
    return undefined
  } catch (error) {
    if (!isRowError(error)) throw error
    await session.query('rollback to savepoint gigarow_part; release savepoint gigarow_part')
    return error
  }
}

/** Which record has the line of what was sent; it may have several. */
function recordOfLine(
  { bytes, bounds }: Batch,
  { from, to }: Part,
  line: number | undefined,
): number | undefined {
  if (line === undefined) return undefined
  let lines = 0
  for (let record = from; record < to; record++) {
    for (let i = bounds[record]!; i < bounds[record + 1]!; i++) if (bytes[i] === 0x0a) lines++
    if (lines >= line) return record
  }
  return undefined
}
