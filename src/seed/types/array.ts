import { putInt32 } from '../bytes.ts'
import { hashHigh, madeHash, noHash } from '../hash.ts'
import type { PgType, PgTypeName } from '../pg-type.ts'
import type { Source } from '../source.ts'
import type { Codec, Encoder } from './codec.ts'

/** What the wire calls the elements' types: PostgreSQL's own never change. An enum's number is its database's. */
const OIDS: Partial<Record<PgTypeName, number>> = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
}

/** Dimensions, whether there are nulls, the elements' type; the length and the first index of the only dimension. */
const HEADER = 20

/** A codec for arrays of one dimension. `encode` compiles one element; a string says what is wrong with it. */
export function arrayOf(element: Codec, encode: (source: Source, type: PgType) => Encoder | string): Codec {
  return {
    encoder(source, type) {
      if (source.kind !== 'array') return undefined
      const oid = OIDS[type.element!.name]
      if (oid === undefined) return `arrays, but their elements are of type ${type.element!.sql}`
      const encoders: Encoder[] = []
      for (const part of source.elements) {
        const encoder = encode(part, type.element!)
        if (typeof encoder === 'string') return encoder
        encoders.push(encoder)
      }
      const list = encoders.map((encoder) => encoder.sql).join(', ')
      return {
        maxBytes: encoders.reduce((sum, encoder) => sum + 4 + encoder.maxBytes, HEADER),
        write: writer(encoders, { source, oid }),
        sql: `(array[${list}]::${type.sql})[1:(${source.sql})::int]`,
      }
    },
    text: (bytes, pos) => `{${textsOf(bytes, pos, element).map(quoted).join(',')}}`,
    hash: (bytes, pos) => hashOf(bytes, pos, element),
    // What the server is asked for each element, asked for all of them.
    hashSql: (column) => `${column}${element.hashSql('').replace('::text', '::text[]')}`,
  }
}

interface Writing {
  readonly source: Extract<Source, { kind: 'array' }>
  readonly oid: number
}

function writer(encoders: readonly Encoder[], { source, oid }: Writing): Encoder['write'] {
  const nulls = source.elements.map(({ isNull }) => isNull)
  const { at } = source
  return (low, out, pos) => {
    const count = at(low)
    putInt32(out, pos, count === 0 ? 0 : 1)
    putInt32(out, pos + 8, oid)
    let hasNull = 0
    let end = pos + 12
    if (count > 0) {
      end = putInt32(out, putInt32(out, end, count), 1)
      for (let k = 0; k < count; k++) {
        if (nulls[k]?.(low) === true) {
          hasNull = 1
          end = putInt32(out, end, -1)
          continue
        }
        const from = end + 4
        const after = encoders[k]!.write(low, out, from)
        putInt32(out, end, after - from)
        end = after
      }
    }
    putInt32(out, pos + 4, hasNull)
    return end
  }
}

/** Visits the elements; `length` is below 0 for a null. */
function eachElement(bytes: DataView, pos: number, visit: (pos: number, length: number) => void): void {
  if (bytes.getInt32(pos) === 0) return
  const count = bytes.getInt32(pos + 12)
  for (let k = 0, at = pos + HEADER; k < count; k++) {
    const length = bytes.getInt32(at)
    visit(at + 4, length)
    at += 4 + Math.max(0, length)
  }
}

function textsOf(bytes: DataView, pos: number, element: Codec): (string | null)[] {
  const texts: (string | null)[] = []
  eachElement(bytes, pos, (at, length) => texts.push(length < 0 ? null : element.text(bytes, at, length)))
  return texts
}

/** As array_out() quotes: what is empty, looks like a null, or holds a character of its own. */
function quoted(text: string | null): string {
  if (text === null) return 'NULL'
  if (text !== '' && !/^null$/i.test(text) && !/[{}",\\ \t\n\r\v\f]/.test(text)) return text
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** hash_array_extended(): 31 times the hash so far and the next element's, from 1 on. */
function hashOf(bytes: DataView, pos: number, element: Codec): number {
  let [high, low] = [0, 1]
  eachElement(bytes, pos, (at, length) => {
    const own = length < 0 ? noHash() : element.hash(bytes, at, length)
    const product = (low >>> 0) * 31 + (own >>> 0)
    low = product | 0
    high = (Math.imul(high, 31) + Math.floor(product / 4294967296) + hashHigh()) | 0
  })
  return madeHash(high, low)
}
