import { alignTo } from './datum.ts'
import type { FrequencyClass } from './frequency.ts'
import { expectedSum } from './frequency.ts'

/** Formulas for sizes in pages of 8 kB, after src/backend/access of PostgreSQL 18; what they give was compared with real tables. */
export const PAGE = 8192
const PAGE_HEADER = 24
const LINE = 4
const TUPLE_HEADER = 23

/** Bytes of a heap tuple whose values take `data` bytes, with its line pointer. */
export function heapTupleBytes({
  data,
  columns,
  hasNull,
}: {
  data: number
  columns: number
  hasNull: boolean
}): number {
  const header = alignTo(TUPLE_HEADER + (hasNull ? Math.ceil(columns / 8) : 0), 8)
  return alignTo(header + data, 8) + LINE
}

/** Pages that tuples of these sizes fill, one behind the other, for each row. */
export function heapPagesPerRow(tuples: readonly number[], fillfactor: number): number {
  const reserved = (PAGE * (100 - fillfactor)) / 100
  let pages = 1
  let free = PAGE - PAGE_HEADER
  for (const bytes of tuples) {
    if (free < bytes + reserved && free < PAGE - PAGE_HEADER) {
      pages++
      free = PAGE - PAGE_HEADER
    }
    free -= bytes
  }
  return (pages - Math.max(0, free) / (PAGE - PAGE_HEADER)) / Math.max(1, tuples.length)
}

/** Map of free space and map of what is visible: a page each for so many pages, and three levels. */
export function forkPages(heap: number): number {
  return heap === 0 ? 0 : 2 + Math.ceil(heap / 4069) + Math.ceil(heap / 32_672)
}

interface Btree {
  readonly rows: number
  /** Bytes of the key's values, average. */
  readonly key: number
  readonly fillfactor: number
  /** How often keys occur, where equal ones are kept as one; else undefined. */
  readonly keys: readonly FrequencyClass[] | undefined
}

const INDEX_HEADER = 8
/** A list of row addresses takes at most a tenth of a page. */
const MAX_LIST = 812

/** As nbtsort.c builds it: leaf pages filled up to the fillfactor, those above to 70 %. */
export function btreePages({ rows, key, fillfactor, keys }: Btree): number {
  if (rows === 0) return 1
  const tuple = alignTo(INDEX_HEADER + key, 8)
  const room = PAGE - PAGE_HEADER - 16 - 2 * LINE
  const bytes =
    keys === undefined ? rows * (tuple + LINE) : expectedSum(keys, rows, (count) => listBytes(count, tuple))
  let pages = Math.ceil(bytes / wholeTuples(room - (PAGE * (100 - fillfactor)) / 100, bytes / rows, tuple))
  let total = pages
  while (pages > 1) {
    pages = Math.ceil(pages / Math.floor((room - PAGE * 0.3) / (tuple + LINE)))
    total += pages
  }
  return total + 1
}

/** The part of the room that whole tuples fill: matters where they are wide. */
function wholeTuples(room: number, perRow: number, tuple: number): number {
  const size = perRow < tuple ? 1 : tuple + LINE
  return Math.max(size, Math.floor(room / size) * size)
}

/** Equal keys: the key once, and the addresses of its rows. */
function listBytes(count: number, tuple: number): number {
  const most = Math.max(2, Math.floor((MAX_LIST - tuple) / 6))
  const list = (rows: number) => (rows < 2 ? tuple : alignTo(tuple + 6 * rows, 8)) + LINE
  const rest = count % most
  return Math.floor(count / most) * list(most) + (rest === 0 ? 0 : list(rest))
}

/** Summaries of ranges of pages, and the map to them. */
export function brinPages({ heap, perRange, key }: { heap: number; perRange: number; key: number }): number {
  const ranges = Math.ceil(heap / perRange)
  const tuples = Math.ceil((ranges * (alignTo(8 + 2 * key, 8) + LINE)) / (PAGE - PAGE_HEADER - 8))
  // The map of free space has three levels.
  return heap === 0 ? 2 : 1 + Math.ceil(ranges / 1360) + tuples + 3
}

/** Buckets are a power of two in number, three quarters full at the most. */
export function hashPages(rows: number): number {
  const buckets = Math.max(2, Math.ceil(rows / 307))
  return Math.ceil((2 ** Math.floor(Math.log2(buckets)) + 2 ** Math.ceil(Math.log2(buckets))) / 2) + 2
}
