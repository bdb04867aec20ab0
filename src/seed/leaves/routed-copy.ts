import type { PartitionNode } from '../../catalog/index.ts'
import type { CopySession } from '../../copy/index.ts'
import { displayName, GigarowError } from '../../kernel/index.ts'
import { rowsOf } from '../compiled.ts'
import { binaryCopyOf, copySql } from '../copy-stream.ts'
import { type Chunk, type Segment, segments, type TablePlan } from '../plan.ts'
import { compileRouter, keyColumns, leavesOf, NOWHERE, type Router } from './router.ts'

/** Rows that are sorted by partition at a time: 2 to 3 MB of memory, and COPYs that are long enough. */
const SLICE_ROWS = 262_144

export interface RoutedCopyOptions {
  readonly table: TablePlan
  readonly root: PartitionNode
  readonly chunk: Chunk
  readonly seed: number
  /** From 0 up to, but without, 1: where among the partitions to begin, so that sessions do not extend the same one at a time. */
  readonly phase: number
  readonly onRows: (rows: number) => void
  readonly signal: AbortSignal
}

/** Sends each partition its rows of a chunk by a COPY of its own; returns how many rows the server took. */
export async function routedCopy(session: CopySession, options: RoutedCopyOptions): Promise<number> {
  const { chunk } = options
  let taken = 0
  for (let lo = chunk.lo; lo <= chunk.hi; lo += SLICE_ROWS) {
    const slice = { lo, hi: Math.min(chunk.hi, lo + SLICE_ROWS - 1) }
    for (const segment of segments(slice)) taken += await copySegment(session, segment, options)
  }
  return taken
}

async function copySegment(
  session: CopySession,
  segment: Segment,
  { table, root, seed, phase, onRows, signal }: RoutedCopyOptions,
): Promise<number> {
  const { route, leaves } = routingOf(table, root, { seed, block: segment.block })
  const groups = groupByLeaf(segment, route, leaves.length)
  if (groups.nowhere !== undefined) throw noPartition(table, { row: groups.nowhere, seed, root })
  const rows = rowsOf(table, { seed, block: segment.block })
  const first = Math.floor(phase * leaves.length)
  let taken = 0
  for (let k = 0; k < leaves.length; k++) {
    const leaf = (first + k) % leaves.length
    const lows = groups.of(leaf)
    if (lows.length === 0) continue
    const stoppable = function* () {
      for (const buffer of binaryCopyOf(rows, lows, onRows)) {
        signal.throwIfAborted()
        yield buffer
      }
    }
    taken += await session.copyIn(copySql(table, { name: leaves[leaf]!, freeze: false }), stoppable())
  }
  return taken
}

interface Groups {
  of(leaf: number): Int32Array
  /** The first row that no partition takes. */
  readonly nowhere: number | undefined
}

/** Counting sort, which keeps the order of the rows within a partition. */
function groupByLeaf({ lo, hi }: Segment, route: Router, leaves: number): Groups {
  const count = hi - lo + 1
  const leafOf = new Int32Array(count)
  const ends = new Int32Array(leaves + 1)
  for (let k = 0; k < count; k++) {
    const leaf = route((lo + k) | 0)
    if (leaf === NOWHERE) return { nowhere: lo + k, of: () => new Int32Array(0) }
    leafOf[k] = leaf
    ends[leaf + 1]!++
  }
  for (let leaf = 0; leaf < leaves; leaf++) ends[leaf + 1]! += ends[leaf]!
  const starts = ends.slice()
  const lows = new Int32Array(count)
  for (let k = 0; k < count; k++) lows[starts[leafOf[k]!]!++] = (lo + k) | 0
  return { nowhere: undefined, of: (leaf) => lows.subarray(ends[leaf]!, ends[leaf + 1]!) }
}

interface Routing {
  readonly route: Router
  readonly leaves: readonly PartitionNode[]
}

const known = new WeakMap<PartitionNode, Map<string, Routing>>()

/** Once for each table and block of a thread, as rowsOf(). */
function routingOf(
  table: TablePlan,
  root: PartitionNode,
  { seed, block }: { seed: number; block: number },
): Routing {
  const ofTree = known.get(root) ?? new Map<string, Routing>()
  known.set(root, ofTree)
  const key = `${seed} ${block}`
  const routing = ofTree.get(key) ?? {
    route: compileRouter(table, root, { seed, block }),
    leaves: leavesOf(root),
  }
  ofTree.set(key, routing)
  return routing
}

function noPartition(
  table: TablePlan,
  { row, seed, root }: { row: number; seed: number; root: PartitionNode },
): GigarowError {
  const name = displayName(table.table)
  const [{ block }] = segments({ lo: row, hi: row }) as [Segment]
  const values = rowsOf(table, { seed, block }).text(row)
  const key = keyColumns(root).map((column) => {
    const at = table.columns.findIndex((c) => c.name === column)
    return `${column} = ${values[at] ?? 'null'}`
  })
  return new GigarowError('SEED_NO_PARTITION', `Row ${row} of ${name} has no partition: ${key.join(', ')}.`, {
    facts: { table: name, row, key },
    hint: 'Make the partition, or correct the profile; then go on with: gigarow seed --resume',
  })
}
