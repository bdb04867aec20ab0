import type { Bound, RangeBound, Value } from './bound.ts'

/** How the constants of one part of a key are ordered: a comparison that is undefined where only the server knows. */
export type Order = (a: string, b: string) => number | undefined

/** By the type of the column, as format_type writes it. Text is in the order of its collation: the server's matter. */
export function orderOf(type: string | undefined): Order {
  const base = type?.replace(/\(.*\)/, '').trim()
  const rank = base === undefined ? undefined : RANKS[base]
  if (rank === undefined) return (a, b) => (a === b ? 0 : undefined)
  return (a, b) => {
    const [x, y] = [rank(a), rank(b)]
    if (x === undefined || y === undefined) return a === b ? 0 : undefined
    return x < y ? -1 : x > y ? 1 : 0
  }
}

type Rank = (text: string) => bigint | string | undefined

const integer: Rank = (text) => (/^-?\d+$/.test(text) ? BigInt(text) : undefined)

/** PostgreSQL's numeric has at most 16383 digits behind the point; more than 40 in a bound is left to the server. */
const SCALE = 40

const decimal: Rank = (text) => {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (parts === null || (parts[3]?.length ?? 0) > SCALE) return undefined
  return BigInt(`${parts[1]}${parts[2]}${(parts[3] ?? '').padEnd(SCALE, '0')}`)
}

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::(\d\d))?)?$/

/** Microseconds since 1970 in UTC; years of more than four digits, BC and infinity are left to the server. */
const instant: Rank = (text) => {
  const found = INSTANT.exec(text)
  if (found === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', micros = ''] = found
  const ms = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  const offset = Number(`${found[8] ?? '+'}1`) * (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0))
  return BigInt(ms - offset * 60_000) * 1000n + BigInt(micros.padEnd(6, '0'))
}

const bytes: Rank = (text) => (/^[0-9a-f-]{36}$/.test(text) ? text : undefined)
const truth: Rank = (text) => (text === 'true' ? 1n : text === 'false' ? 0n : undefined)

const RANKS: Readonly<Record<string, Rank>> = {
  smallint: integer,
  integer,
  bigint: integer,
  oid: integer,
  numeric: decimal,
  date: instant,
  timestamp: instant,
  'timestamp without time zone': instant,
  'timestamp with time zone': instant,
  uuid: bytes,
  boolean: truth,
}

/** Element by element; everything behind MINVALUE or MAXVALUE is ignored. undefined where the order is not known. */
function compareRows(a: readonly Value[], b: readonly Value[], orders: readonly Order[]): number | undefined {
  for (const [i, x] of a.entries()) {
    const y = b[i]
    if (y === undefined) return undefined
    const order = compareValues(x, y, orders[i])
    if (order !== 0) return order
    if (x.kind !== 'value') return 0
  }
  return 0
}

const RANK = { min: -1, value: 0, null: 0, max: 1 } as const

function compareValues(a: Value, b: Value, order: Order | undefined): number | undefined {
  if (a.kind === 'value' && b.kind === 'value') return a.text === b.text ? 0 : order?.(a.text, b.text)
  return Math.sign(RANK[a.kind] - RANK[b.kind])
}

function sameValue(a: Value, b: Value, order: Order | undefined): boolean | undefined {
  if (a.kind !== b.kind) return false
  const compared = compareValues(a, b, order)
  return compared === undefined ? undefined : compared === 0
}

/** Whether a row can be in both. undefined where only the server knows. The default partition takes what the others leave. */
export function overlaps(a: Bound, b: Bound, orders: readonly Order[]): boolean | undefined {
  if (a.kind === 'default' || b.kind === 'default') return a.kind === b.kind
  if (a.kind === 'range' && b.kind === 'range') {
    const [x, y] = [compareRows(a.from, b.to, orders), compareRows(b.from, a.to, orders)]
    if ((x !== undefined && x >= 0) || (y !== undefined && y >= 0)) return false
    return x === undefined || y === undefined ? undefined : true
  }
  if (a.kind === 'list' && b.kind === 'list') {
    const pairs = a.values.flatMap((x) => b.values.map((y) => sameText(x, y, orders[0])))
    return pairs.includes(true) ? true : pairs.includes(undefined) ? undefined : false
  }
  if (a.kind === 'hash' && b.kind === 'hash') {
    const shared = gcd(a.modulus, b.modulus)
    return a.remainder % shared === b.remainder % shared
  }
  return undefined
}

/** The constants of a list are written by the server in one way: other text is another value, but for numeric (1, 1.0). */
function sameText(a: Value, b: Value, order: Order | undefined): boolean | undefined {
  return sameValue(a, b, order) ?? (a.kind === 'value' && b.kind === 'value' && a.text === b.text)
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/** Whether every row of `inner` has its place in one of `outer`. undefined where only the server knows. */
export function covers(outer: readonly Bound[], inner: Bound, orders: readonly Order[]): boolean | undefined {
  // The default takes what no other takes.
  if (outer.some((bound) => bound.kind === 'default')) return true
  if (inner.kind === 'range') return coversRange(outer, inner, orders)
  if (inner.kind === 'list') {
    const held = outer.flatMap((bound) => (bound.kind === 'list' ? bound.values : []))
    return inner.values.every((x) => held.some((y) => sameText(x, y, orders[0])))
  }
  if (inner.kind === 'hash') return coversHash(outer, inner)
  return false
}

/** From the lower bound on, a range that begins there or before is taken and its end is where to go on, until the upper is reached. */
function coversRange(
  outer: readonly Bound[],
  inner: RangeBound,
  orders: readonly Order[],
): boolean | undefined {
  const ranges = outer.filter((bound): bound is RangeBound => bound.kind === 'range')
  let reached = inner.from
  for (let steps = 0; steps <= ranges.length; steps += 1) {
    const left = compareRows(reached, inner.to, orders)
    if (left !== undefined && left >= 0) return true
    const next = ranges.find((range) => {
      const begins = compareRows(range.from, reached, orders)
      const ends = compareRows(range.to, reached, orders)
      return begins === 0 || (begins === -1 && ends === 1)
    })
    if (next === undefined) break
    reached = next.to
  }
  const known = ranges.every(
    (range) =>
      compareRows(range.from, inner.from, orders) !== undefined &&
      compareRows(range.to, inner.to, orders) !== undefined &&
      compareRows(range.to, inner.from, orders) !== undefined &&
      compareRows(range.from, inner.to, orders) !== undefined,
  )
  return known ? false : undefined
}

function coversHash(outer: readonly Bound[], inner: Bound & { kind: 'hash' }): boolean {
  const hashes = outer.filter((bound): bound is Bound & { kind: 'hash' } => bound.kind === 'hash')
  const all = hashes.reduce((n, bound) => (n * bound.modulus) / gcd(n, bound.modulus), inner.modulus)
  for (let r = inner.remainder; r < all; r += inner.modulus) {
    if (!hashes.some((bound) => r % bound.modulus === bound.remainder)) return false
  }
  return true
}

/** Whether all of `inner` is in `outer` alone. */
export function contains(outer: Bound, inner: Bound, orders: readonly Order[]): boolean | undefined {
  if (outer.kind === 'default') return inner.kind === 'default'
  return covers([outer], inner, orders)
}
