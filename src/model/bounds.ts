import type { BoundValue, Leaf, PartitionBound } from './partitioning.ts'

/** Two bounds that cannot both exist, or one that cannot exist at all; `why` ends a sentence about `leaves`. */
export interface BoundProblem {
  readonly leaves: readonly string[]
  readonly why: string
}

/**
 * What is wrong with the partitions of one table. Values whose order only the server knows (text) are compared for
 * equality; what is left over, the server finds.
 */
export function boundProblems(leaves: readonly Leaf[]): readonly BoundProblem[] {
  return [...duplicateNames(leaves), ...emptyRanges(leaves), ...pairs(leaves)]
}

function duplicateNames(leaves: readonly Leaf[]): BoundProblem[] {
  const names = leaves.map((leaf) => leaf.name)
  const twice = new Set(names.filter((name, i) => names.indexOf(name) !== i))
  return [...twice].map((name) => ({ leaves: [name], why: 'is declared twice' }))
}

function emptyRanges(leaves: readonly Leaf[]): BoundProblem[] {
  return leaves
    .filter(({ bound }) => bound.kind === 'range' && (compareRow(bound.from, bound.to) ?? -1) >= 0)
    .map((leaf) => ({ leaves: [leaf.name], why: 'is empty: its lower bound is not below its upper bound' }))
}

function pairs(leaves: readonly Leaf[]): BoundProblem[] {
  const ranges = leaves.filter((leaf) => leaf.bound.kind === 'range')
  const sorted = allComparable(ranges) ? [...ranges].sort(byFrom) : undefined
  // Sorted by their lower bounds, neighbours are enough; without an order every pair is looked at.
  const candidates = sorted ? sorted.slice(1).map((leaf, i) => [sorted[i]!, leaf] as const) : allPairs(ranges)
  const others = allPairs(leaves.filter((leaf) => leaf.bound.kind !== 'range'))
  return [...candidates, ...others].flatMap(([a, b]) => {
    const why = conflict(a.bound, b.bound)
    return why === undefined ? [] : [{ leaves: [a.name, b.name], why }]
  })
}

function allPairs(leaves: readonly Leaf[]): (readonly [Leaf, Leaf])[] {
  return leaves.flatMap((a, i) => leaves.slice(i + 1).map((b) => [a, b] as const))
}

function allComparable(leaves: readonly Leaf[]): boolean {
  return leaves.every(
    ({ bound }) =>
      bound.kind === 'range' &&
      [...bound.from, ...bound.to].every((v) => v.kind !== 'value' || v.order !== undefined),
  )
}

function byFrom(a: Leaf, b: Leaf): number {
  if (a.bound.kind !== 'range' || b.bound.kind !== 'range') return 0
  return compareRow(a.bound.from, b.bound.from) ?? 0
}

function conflict(a: PartitionBound, b: PartitionBound): string | undefined {
  if (a.kind === 'default' && b.kind === 'default') return 'are both the default partition'
  if (a.kind === 'range' && b.kind === 'range') {
    const overlap = (compareRow(a.from, b.to) ?? 1) < 0 && (compareRow(b.from, a.to) ?? 1) < 0
    return overlap ? 'overlap' : undefined
  }
  if (a.kind === 'list' && b.kind === 'list') {
    const shared = a.values.find((x) => b.values.some((y) => compareValue(x, y) === 0))
    return shared?.kind === 'value' ? `both hold ${shared.sql}` : undefined
  }
  if (a.kind === 'hash' && b.kind === 'hash') {
    const small = Math.min(a.modulus, b.modulus)
    return a.remainder % small === b.remainder % small ? 'hold the same hash values' : undefined
  }
  return undefined
}

/** As PostgreSQL compares partition bounds: element by element. undefined where the order is not known. */
function compareRow(a: readonly BoundValue[], b: readonly BoundValue[]): number | undefined {
  for (const [i, x] of a.entries()) {
    const y = b[i]
    if (y === undefined) return undefined
    const order = compareValue(x, y)
    if (order !== 0) return order
    // Everything behind MINVALUE or MAXVALUE is ignored.
    if (x.kind !== 'value') return 0
  }
  return 0
}

function compareValue(a: BoundValue, b: BoundValue): number | undefined {
  if (a.kind === 'value' && b.kind === 'value') {
    if (a.sql === b.sql) return 0
    if (a.order === undefined || b.order === undefined) return undefined
    return a.order < b.order ? -1 : a.order > b.order ? 1 : 0
  }
  const rank = { min: -1, value: 0, max: 1 } as const
  return rank[a.kind] - rank[b.kind]
}
