import type { PartitionNode } from '../../catalog/index.ts'
import { hashHigh } from '../hash.ts'
import { inline } from '../inline.ts'
import type { TableFill } from '../profile.ts'
import { compileSome } from '../rows.ts'
import { type Bound, type BoundConstant, parseBound } from './bounds.ts'
import { type Constant, type KeyPart, openKeyPart } from './key-part.ts'

/** Where the server would put a row: the number of a leaf in leavesOf(), or NOWHERE. */
export type Router = (low: number) => number

export const NOWHERE = -1

/** The leaves of a tree, in the order in which routers number them. */
export function leavesOf(node: PartitionNode): PartitionNode[] {
  return node.partitioned === undefined ? [node] : node.children.flatMap(leavesOf)
}

/** Every column that decides about the leaf, at any level. Expressions are left out. */
export function keyColumns({ partitioned, children }: PartitionNode): string[] {
  const own = partitioned?.key.flatMap(({ column }) => (column === null ? [] : [column])) ?? []
  return [...new Set([...own, ...children.flatMap(keyColumns)])]
}

export interface RouterOptions {
  readonly seed: number
  readonly block: number
}

/** Throws an Unroutable where a bound cannot be read: explainPath() asks before. */
export function compileRouter(fill: TableFill, root: PartitionNode, options: RouterOptions): Router {
  const names = keyColumns(root)
  const parts = new Map<string, KeyPart>()
  for (const [k, { type, encoder, isNull }] of compileSome(fill, names, options).entries()) {
    const part = openKeyPart({ type, maxBytes: encoder.maxBytes, write: encoder.write, isNull })
    if (part === undefined) throw new Unroutable(`its key ${names[k]} is of type ${type.name}`)
    parts.set(names[k]!, part)
  }
  const find = compileNode(root, { parts, leaves: { count: 0 } })
  const all = [...parts.values()]
  const [only] = all
  if (all.length === 1)
    return (low) => {
      only!.load(low)
      return find()
    }
  return (low) => {
    for (const part of all) part.load(low)
    return find()
  }
}

/** Why rows of a table are not routed here, as the end of a sentence. */
export class Unroutable extends Error {}

type Find = () => number

interface Compiling {
  readonly parts: ReadonlyMap<string, KeyPart>
  readonly leaves: { count: number }
}

function compileNode(node: PartitionNode, compiling: Compiling): Find {
  const { partitioned, children } = node
  if (partitioned === undefined) {
    const leaf = compiling.leaves.count++
    return () => leaf
  }
  const key = partitioned.key.map(({ column }) => compiling.parts.get(column!)!)
  const branches = children.map((child) => ({ bound: boundOf(child), find: compileNode(child, compiling) }))
  const rest = branches.find(({ bound }) => bound.kind === 'default')?.find ?? (() => NOWHERE)
  if (partitioned.strategy === 'hash') return hashFind(key, branches)
  return partitioned.strategy === 'list' ? listFind(key[0]!, branches, rest) : rangeFind(key, branches, rest)
}

interface Branch {
  readonly bound: Bound
  readonly find: Find
}

function boundOf({ name, bound }: PartitionNode): Bound {
  const parsed = bound === undefined ? undefined : parseBound(bound)
  if (parsed === undefined) throw new Unroutable(`the bound of ${name} cannot be read`)
  return parsed
}

function constantOf(part: KeyPart, { text }: { text: string }): Constant {
  const constant = part.parse(text)
  if (constant === undefined) throw new Unroutable(`the bound ${text} cannot be read`)
  return constant
}

function listFind(part: KeyPart, branches: readonly Branch[], rest: Find): Find {
  let ofNull = rest
  const known = new Map<number, { readonly constant: Constant; readonly find: Find }[]>()
  for (const { bound, find } of branches) {
    if (bound.kind !== 'list') continue
    for (const value of bound.values) {
      if (value.kind === 'null') ofNull = find
      if (value.kind !== 'value') continue
      const constant = constantOf(part, value)
      const digest = part.digestOf(constant)
      known.set(digest, [...(known.get(digest) ?? []), { constant, find }])
    }
  }
  return () => {
    if (part.isNull) return ofNull()
    for (const { constant, find } of known.get(part.digest()) ?? []) {
      if (part.compare(constant) === 0) return find()
    }
    return rest()
  }
}

interface Range {
  readonly from: readonly Limit[]
  readonly to: readonly Limit[]
  readonly find: Find
}

type Limit =
  | { readonly kind: 'min' }
  | { readonly kind: 'max' }
  | { readonly kind: 'value'; readonly constant: Constant }

function rangeFind(key: readonly KeyPart[], branches: readonly Branch[], rest: Find): Find {
  const limits = (side: readonly BoundConstant[]): Limit[] =>
    side.map((value, k) => {
      if (value.kind === 'value') return { kind: 'value', constant: constantOf(key[k]!, value) }
      return { kind: value.kind === 'min' ? 'min' : 'max' }
    })
  const ranges = branches.flatMap(({ bound, find }): Range[] =>
    bound.kind === 'range' ? [{ from: limits(bound.from), to: limits(bound.to), find }] : [],
  )
  // Ranges do not overlap: they stand in the order of their lower limits, which is that of their upper ones.
  ranges.sort((a, b) => compareLimits(a.from, b.from))
  const edges = edgesOf(key, ranges)
  if (edges !== undefined) return edgeFind(key[0]!, edges, { finds: ranges.map(({ find }) => find), rest })
  const anyNull = () => key.some((part) => part.isNull)
  const isBelow = (side: readonly Limit[]) => compareRow(key, side) < 0
  return () => {
    if (anyNull()) return rest()
    let [low, high] = [0, ranges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isBelow(ranges[middle]!.to)) high = middle
      else low = middle + 1
    }
    const found = ranges[low]
    return found === undefined || isBelow(found.from) ? rest() : found.find()
  }
}

interface Edges {
  readonly froms: Float64Array
  readonly tos: Float64Array
}

/** Limits of a key that is one number, as numbers: most partitioned tables have such a key. Undefined for others. */
function edgesOf(key: readonly KeyPart[], ranges: readonly Range[]): Edges | undefined {
  if (key.length !== 1) return undefined
  const numberOf = (limit: Limit): number => {
    if (limit.kind !== 'value')
      return limit.kind === 'min' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    return typeof limit.constant === 'number' ? limit.constant : Number.NaN
  }
  const froms = Float64Array.from(ranges, ({ from }) => numberOf(from[0]!))
  const tos = Float64Array.from(ranges, ({ to }) => numberOf(to[0]!))
  return [...froms, ...tos].some(Number.isNaN) ? undefined : { froms, tos }
}

/** Measured for 13 months: 125 instead of 230 ns, with computing the key. */
function edgeFind(
  part: KeyPart,
  { froms, tos }: Edges,
  { finds, rest }: { finds: readonly Find[]; rest: Find },
): Find {
  return inline`() => {
    if (${part}.isNull) return ${rest}()
    const value = ${part}.digest()
    let low = 0, high = ${tos.length}
    while (low < high) {
      const middle = (low + high) >> 1
      if (value < ${tos}[middle]) high = middle
      else low = middle + 1
    }
    return low < ${tos.length} && value >= ${froms}[low] ? ${finds}[low]() : ${rest}()
  }`
}

/** The row that is loaded against a limit. */
function compareRow(key: readonly KeyPart[], side: readonly Limit[]): number {
  for (let k = 0; k < key.length; k++) {
    const limit = side[k]!
    if (limit.kind === 'min') return 1
    if (limit.kind === 'max') return -1
    const order = key[k]!.compare(limit.constant)
    if (order !== 0) return order
  }
  return 0
}

const RANK = { min: -1, value: 0, max: 1 } as const

function compareLimits(a: readonly Limit[], b: readonly Limit[]): number {
  for (const [k, x] of a.entries()) {
    const y = b[k]!
    const order =
      x.kind === 'value' && y.kind === 'value'
        ? compareConstants(x.constant, y.constant)
        : RANK[x.kind] - RANK[y.kind]
    if (order !== 0 || x.kind !== 'value') return order
  }
  return 0
}

function compareConstants(a: Constant, b: Constant): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b)
  return Buffer.compare(a, b)
}

/** Each remainder is looked up in a list. */
const MAX_MODULUS = 1_000_000

function hashFind(key: readonly KeyPart[], branches: readonly Branch[]): Find {
  const bounds = branches.flatMap(({ bound, find }) => (bound.kind === 'hash' ? [{ bound, find }] : []))
  const modulus = Math.max(...bounds.map(({ bound }) => bound.modulus))
  if (modulus > MAX_MODULUS) throw new Unroutable(`its partitions have a modulus of ${modulus}`)
  const finds = new Array<Find>(modulus).fill(() => NOWHERE)
  for (const { bound, find } of bounds)
    for (let k = bound.remainder; k < modulus; k += bound.modulus) finds[k] = find
  const wordOver = 4294967296 % modulus
  return () => {
    let [high, low] = [0, 0]
    for (const part of key) {
      if (part.isNull) continue
      const partLow = part.hash()
      const mixed = combine({ high, low }, { high: hashHigh(), low: partLow })
      high = mixed.high
      low = mixed.low
    }
    return finds[(((high >>> 0) % modulus) * wordOver + ((low >>> 0) % modulus)) % modulus]!()
  }
}

interface Words {
  readonly high: number
  readonly low: number
}

/** hash_combine64(): a ^= b + 0x49a0f4dd15e5a8e3 + (a << 54) + (a >> 7). */
function combine(a: Words, b: Words): Words {
  const low = (b.low >>> 0) + 0x15e5a8e3 + (((a.low >>> 7) | (a.high << 25)) >>> 0)
  const carry = Math.floor(low / 4294967296)
  const high = (b.high + 0x49a0f4dd + (a.low << 22) + (a.high >>> 7) + carry) | 0
  return { high: a.high ^ high, low: a.low ^ (low | 0) }
}
