import { alignTo } from './datum.ts'
import { expectedSum, type FrequencyClass } from './frequency.ts'
import { PAGE } from './pages.ts'

export interface GinInput {
  /** Rows of the relation, and its pages. */
  readonly rows: number
  readonly heap: number
  /** Entries by the length of their keys: how often those occur. */
  readonly entries: readonly { readonly key: number; readonly classes: readonly FrequencyClass[] }[]
  /** Share of a page that is full behind the build. */
  readonly fill: number
}

/** A page less its header and what GIN keeps at its end. */
const ROOM = PAGE - 32
/** Lists that take more stand in a tree of their own. */
const MAX_INLINE = 2000
/** Pages of such a tree, which grow at their end. */
const TREE_FILL = 0.75

/** A key with the addresses of its rows, compressed; pages that are split in half as they fill up in order. */
export function ginPages({ rows, heap, entries, fill }: GinInput): number {
  if (rows === 0) return 2
  let inline = 0
  let trees = 0
  for (const { key, classes } of entries) {
    const tuple = alignTo(8 + 1 + key, 8)
    inline += expectedSum(classes, rows, (count) => {
      const list = 8 + (count - 1) * addressBytes(count, heap)
      return (list <= MAX_INLINE ? alignTo(tuple + list, 8) : tuple) + 4
    })
    trees += expectedSum(classes, rows, (count) => {
      const list = 8 + (count - 1) * addressBytes(count, heap)
      return list <= MAX_INLINE ? 0 : Math.ceil(list / (ROOM * TREE_FILL)) + (list > ROOM ? 1 : 0)
    })
  }
  const leaves = Math.ceil(inline / (ROOM * fill))
  return 1 + leaves + Math.ceil(leaves / 100) + trees
}

/** Addresses are written as distances, seven bits a byte: short to a row of the same page, longer the more pages lie between. */
function addressBytes(count: number, heap: number): number {
  const perPage = count / Math.max(1, heap)
  const onNewPage = (1 - Math.exp(-perPage)) / perPage
  const within = (pages: number) => 1 - Math.exp(-perPage * pages)
  const far = 2 + (1 - within(8)) + (1 - within(1024)) + (1 - within(131_072))
  return 1 - onNewPage + onNewPage * far
}
