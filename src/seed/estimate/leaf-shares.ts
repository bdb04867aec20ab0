import { asArray } from '../bytes.ts'
import type { PgTypeName } from '../pg-type.ts'
import { EPOCH_2000 } from '../types/time.ts'
import type { TableFacts } from './facts.ts'

type Key = number | string | null

/** Which part of a table's rows falls into each of its leaves, counted in a sample; alike where the bounds say nothing simple. */
export function leafShares(
  { leaves, partitionKey }: Pick<TableFacts, 'leaves' | 'partitionKey'>,
  { type, keys }: { type: PgTypeName; keys: Iterable<Uint8Array | null> },
): readonly number[] {
  const alike = leaves.map(() => 1 / leaves.length)
  if (leaves.length === 1 || partitionKey === undefined || partitionKey.strategy === 'h') return alike
  const tests = leaves.map(({ bound }) => (bound === null ? undefined : boundTest(bound, type)))
  if (tests.some((test) => test === undefined)) return alike
  const counts = leaves.map(() => 0)
  const others = leaves.findIndex(({ bound }) => bound === 'DEFAULT')
  let rows = 0
  for (const cell of keys) {
    const key = keyOf(cell, type)
    const found = tests.findIndex((test) => test!(key))
    const leaf = found === -1 ? others : found
    if (leaf !== -1) counts[leaf] = counts[leaf]! + 1
    rows++
  }
  return counts.map((count) => count / rows)
}

function boundTest(bound: string, type: PgTypeName): ((key: Key) => boolean) | undefined {
  if (bound === 'DEFAULT') return () => false
  const range = /^FOR VALUES FROM \((.+)\) TO \((.+)\)$/.exec(bound)
  if (range) {
    const [from, to] = [literalKey(range[1]!, type), literalKey(range[2]!, type)]
    if (typeof from !== 'number' || typeof to !== 'number' || Number.isNaN(from + to - from)) return undefined
    return (key) => typeof key === 'number' && key >= from && key < to
  }
  const list = /^FOR VALUES IN \((.+)\)$/.exec(bound)
  if (list === null || !(INTEGERS.has(type) || TIMES.has(type) || TEXTS.has(type))) return undefined
  const items = list[1]!.match(/'(?:[^']|'')*'|[^,\s]+/g) ?? []
  const values = new Set(items.map((item) => (item === 'NULL' ? null : literalKey(item, type))))
  return (key) => values.has(key)
}

const TIMES: ReadonlySet<PgTypeName> = new Set(['date', 'timestamp', 'timestamptz'])
const INTEGERS: ReadonlySet<PgTypeName> = new Set(['int2', 'int4', 'int8'])
/** What COPY sends of them is their text. */
const TEXTS: ReadonlySet<PgTypeName> = new Set(['text', 'varchar', 'bpchar', 'enum'])
const DAY = 86_400_000_000

function literalKey(text: string, type: PgTypeName): number | string {
  if (text === 'MINVALUE') return Number.NEGATIVE_INFINITY
  if (text === 'MAXVALUE') return Number.POSITIVE_INFINITY
  const plain = text.replace(/^'(.*)'$/, '$1').replaceAll("''", "'")
  if (INTEGERS.has(type)) return Number(plain)
  if (!TIMES.has(type)) return plain
  const iso = plain.includes(':') ? plain.replace(' ', 'T').replace(/\+00$/, '') : `${plain}T00:00:00`
  return Date.parse(`${iso}Z`) * 1000 - EPOCH_2000
}

/** Of the bytes that COPY sends. */
function keyOf(cell: Uint8Array | null, type: PgTypeName): Key {
  if (cell === null) return null
  const view = new DataView(cell.buffer, cell.byteOffset, cell.byteLength)
  if (type === 'int2') return view.getInt16(0)
  if (type === 'int4') return view.getInt32(0)
  if (type === 'date') return view.getInt32(0) * DAY
  if (type === 'int8' || TIMES.has(type)) return Number(view.getBigInt64(0))
  return new TextDecoder().decode(asArray(view))
}
