import { asArray, newBytes } from '../bytes.ts'
import type { TablePlan } from '../plan.ts'
import { blockOf, compileRows } from '../rows.ts'

/** Some rows of a table, encoded for COPY: what sizes and frequencies are taken from. Values by row, then by the fill's columns. */
export interface Sample {
  readonly rows: number
  /** Whether these are all rows of the table. */
  readonly complete: boolean
  /** The value's bytes as COPY sends them; null for null. Valid until the sample is dropped. */
  cell(row: number, column: number): Uint8Array | null
}

const MAX_ROWS = 16_000
const MAX_BYTES = 4 * 1024 * 1024

/** Rows that are spread over the whole table, at distances that no cycle of a generator shares. */
export function sampleRows(table: TablePlan, seed: number): Sample {
  const { length } = table.columns
  let twin = compileRows(table, { seed, block: blockOf(1 + (table.offset ?? 0)) })
  const widest = twin.maxRowBytes
  const rows = Math.min(table.rows, MAX_ROWS, Math.max(500, Math.floor(MAX_BYTES / widest)))
  const bytes = newBytes(rows * widest)
  const starts = new Int32Array(rows * length)
  const lengths = new Int32Array(rows * length)
  let block = blockOf(1 + (table.offset ?? 0))
  let pos = 0
  for (let k = 0; k < rows; k++) {
    const i = (table.offset ?? 0) + rowAt(k, { rows, of: table.rows })
    if (blockOf(i) !== block) {
      block = blockOf(i)
      twin = compileRows(table, { seed, block })
    }
    const end = twin.encode({ i, count: 1 }, bytes, pos)
    let at = pos + 2
    for (let c = 0; c < length; c++) {
      const size = bytes.getInt32(at)
      starts[k * length + c] = at + 4
      lengths[k * length + c] = size
      at += 4 + Math.max(0, size)
    }
    pos = end
  }
  return {
    rows,
    complete: rows === table.rows,
    cell: (row, column) => {
      const size = lengths[row * length + column]!
      return size < 0 ? null : asArray(bytes, starts[row * length + column]!, size)
    },
  }
}

/** The k-th row of the sample: one of the k-th part of the table, so that none is taken twice and counted as two that are equal. */
function rowAt(k: number, { rows, of }: { rows: number; of: number }): number {
  const from = Math.floor((k * of) / rows)
  const size = Math.floor(((k + 1) * of) / rows) - from
  // The golden ratio's multiples are as even as random numbers are not, and follow no cycle.
  const jitter = (k * 0.6180339887498949) % 1
  return from + Math.floor(jitter * size) + 1
}
