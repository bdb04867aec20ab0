import { getInt64, putInt8, putInt16, putInt32, putInt64 } from '../bytes.ts'
import { hashIndex, hashInt8, seedState } from '../hash.ts'
import { inline } from '../inline.ts'
import type { Codec } from './codec.ts'

export const NO_SEED = seedState({ high: 0, low: 0 })

type Put = (out: DataView, pos: number, value: number) => number

interface IntegerType {
  readonly bytes: number
  readonly max: number
  readonly put: Put
  readonly get: (bytes: DataView, pos: number) => number
}

function integer({ bytes, max, put, get }: IntegerType): Codec {
  return {
    encoder(source, type) {
      if (source.kind !== 'int') return undefined
      if (source.min < -max - 1 || source.max > max)
        return `values from ${source.min} to ${source.max}, and ${type.name} goes to ${max}`
      return {
        maxBytes: bytes,
        write: inline`(low, out, pos) => ${put}(out, pos, ${source.at}(low))`,
        sql: type.name === 'int8' ? source.sql : `${source.sql}::${type.sql}`,
      }
    },
    text: (out, pos) => String(get(out, pos)),
    hash: (out, pos) => hashIndex(NO_SEED, get(out, pos)),
    hashSql: (column) => column,
  }
}

export const int2 = integer({ bytes: 2, max: 32767, put: putInt16, get: (bytes, pos) => bytes.getInt16(pos) })
export const int4 = integer({
  bytes: 4,
  max: 2147483647,
  put: putInt32,
  get: (bytes, pos) => bytes.getInt32(pos),
})
export const int8: Codec = {
  ...integer({ bytes: 8, max: Number.MAX_SAFE_INTEGER, put: putInt64, get: getInt64 }),
  hash: hashOfInt8,
}

export function hashOfInt8(bytes: DataView, pos: number): number {
  return hashInt8(NO_SEED, bytes.getInt32(pos), bytes.getInt32(pos + 4))
}

export const bool: Codec = {
  encoder(source) {
    if (source.kind !== 'boolean') return undefined
    return {
      maxBytes: 1,
      write: inline`(low, out, pos) => ${putInt8}(out, pos, ${source.at}(low) ? 1 : 0)`,
      sql: source.sql,
    }
  },
  text: (bytes, pos) => (bytes.getInt8(pos) === 1 ? 't' : 'f'),
  hash: (bytes, pos) => hashIndex(NO_SEED, bytes.getInt8(pos)),
  hashSql: (column) => column,
}
