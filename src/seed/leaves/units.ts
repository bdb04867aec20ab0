import type { PartitionNode } from '../../catalog/index.ts'
import type { LeafUnit, TablePlan } from '../plan.ts'
import type { GeneratorSpec } from '../profile.ts'
import { blockOf, compileRows, compileSome } from '../rows.ts'
import { parseBound } from './bounds.ts'
import { openKeyPart } from './key-part.ts'
import { compileRouter, leavesOf, type Router } from './router.ts'

/** Generators whose values never fall while the row's number rises. */
function rises({ kind, version }: GeneratorSpec): boolean {
  return (
    kind === 'sequence' ||
    kind === 'timestampSeries' ||
    kind === 'timestampSteps' ||
    (kind === 'uuid' && version === 7)
  )
}

/** A partition's transaction is flushed as a whole when it commits, and made again as a whole after a crash. */
const MAX_UNIT_BYTES = 20 * 1024 ** 3
/** How much longer than evenly shared work the longest session may take: what FREEZE saves is about as much. */
const MAX_IMBALANCE = 1.25

export interface UnitOptions {
  readonly seed: number
  readonly jobs: number
}

/** The units of a table, largest first; undefined where its partitions cannot be filled one by one, or had better not. */
export function planUnits(
  table: TablePlan,
  root: PartitionNode,
  { seed, jobs }: UnitOptions,
): readonly LeafUnit[] | undefined {
  const units = findUnits(table, root, seed)
  if (units === undefined) return undefined
  const bySize = [...units].sort((a, b) => sizeOf(b) - sizeOf(a))
  const widest = bySize[0] === undefined ? 0 : sizeOf(bySize[0]) * rowBytes(table, seed)
  const isEven = longest(bySize.map(sizeOf), jobs) <= (table.rows / jobs) * MAX_IMBALANCE
  return isEven && widest <= MAX_UNIT_BYTES ? bySize : undefined
}

const sizeOf = ({ lo, hi }: LeafUnit) => hi - lo + 1

/** What the busiest of `jobs` sessions gets when each takes the largest unit that is left. */
function longest(sizes: readonly number[], jobs: number): number {
  const loads = new Array<number>(jobs).fill(0)
  for (const size of sizes) {
    const least = loads.indexOf(Math.min(...loads))
    loads[least] = loads[least]! + size
  }
  return Math.max(...loads)
}

const SAMPLE = 200

/** On the server's pages, from what COPY sends of some rows. */
function rowBytes(table: TablePlan, seed: number): number {
  const twin = compileRows(table, { seed, block: 0 })
  const count = Math.min(SAMPLE, table.rows)
  const bytes = twin.encode({ i: 1, count }, new DataView(new ArrayBuffer(twin.maxRowBytes * count)), 0)
  return bytes / count + 28
}

function findUnits(table: TablePlan, root: PartitionNode, seed: number): LeafUnit[] | undefined {
  const [key, ...others] = root.partitioned?.key ?? []
  const column = table.columns.find(({ name }) => name === key?.column)
  const isFlat = root.children.every(({ partitioned }) => partitioned === undefined)
  if (root.partitioned?.strategy !== 'range' || others.length > 0 || !isFlat) return undefined
  if (column === undefined || !rises(column.generator)) return undefined
  const at = rowsBlockwise(table, root, { seed, column: column.name })
  const cuts = [1, ...boundsOf(root).map((bound) => at.first(bound)), table.rows + 1]
  const starts = [...new Set(cuts)].sort((a, b) => a - b)
  const units: LeafUnit[] = []
  const leaves = leavesOf(root)
  for (const [k, lo] of starts.entries()) {
    const hi = (starts[k + 1] ?? 0) - 1
    if (hi < lo) continue
    const leaf = leaves[at.route(lo)]
    if (leaf === undefined) return undefined
    const { schema, name } = leaf
    units.push({ leaf: { schema, name }, lo, hi })
  }
  // The rest of two gaps: not one range.
  const names = new Set(units.map(({ leaf }) => `${leaf.schema} ${leaf.name}`))
  return names.size === units.length ? units : undefined
}

function boundsOf(root: PartitionNode): string[] {
  const texts = root.children.flatMap((child) => {
    const bound = child.bound === undefined ? undefined : parseBound(child.bound)
    if (bound?.kind !== 'range') return []
    return [...bound.from, ...bound.to].flatMap((value) => (value.kind === 'value' ? [value.text] : []))
  })
  return [...new Set(texts)]
}

/** Generators are compiled for blocks of rows: those that were asked for are kept. */
function rowsBlockwise(
  table: TablePlan,
  root: PartitionNode,
  { seed, column }: { seed: number; column: string },
) {
  const blocks = new Map<
    number,
    { readonly route: Router; readonly isBelow: (low: number, bound: string) => boolean }
  >()
  const blockAt = (row: number) => {
    const block = blockOf(row)
    const known = blocks.get(block)
    if (known !== undefined) return known
    const [{ type, encoder, isNull }] = compileSome(table, [column], { seed, block }) as [
      ReturnType<typeof compileSome>[number],
    ]
    const part = openKeyPart({ type, maxBytes: encoder.maxBytes, write: encoder.write, isNull })!
    const made = {
      route: compileRouter(table, root, { seed, block }),
      isBelow(low: number, bound: string) {
        part.load(low)
        return part.compare(part.parse(bound)!) < 0
      },
    }
    blocks.set(block, made)
    return made
  }
  return {
    route: (row: number): number => blockAt(row).route(row | 0),
    /** The first row whose key is not below the bound; one behind the last where there is none. */
    first(bound: string): number {
      let [low, high] = [1, table.rows + 1]
      while (low < high) {
        const middle = Math.floor((low + high) / 2)
        if (blockAt(middle).isBelow(middle | 0, bound)) low = middle + 1
        else high = middle
      }
      return low
    },
  }
}
