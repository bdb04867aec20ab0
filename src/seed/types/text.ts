import { asArray, putInt8 } from '../bytes.ts'
import { hashBytes } from '../hash.ts'
import { inline } from '../inline.ts'
import type { Codec } from './codec.ts'

const utf8 = new TextDecoder()

export const text: Codec = {
  encoder(source, type) {
    if (source.kind !== 'text') return undefined
    const limit = type.modifiers[0] ?? Number.POSITIVE_INFINITY
    // Characters of text sources are ASCII; constants of a choice are checked by their characters.
    const characters = source.maxCharacters ?? source.maxBytes
    if (characters > limit) return `text of up to ${characters} characters, and the column takes ${limit}`
    return { maxBytes: source.maxBytes, write: source.write, sql: source.sql }
  },
  text: (bytes, pos, length) => utf8.decode(asArray(bytes, pos, length)),
  hash: hashBytes0,
  hashSql: (column) => `${column} collate "C"`,
}

export const uuid: Codec = {
  encoder(source) {
    if (source.kind !== 'uuid') return undefined
    return { maxBytes: 16, write: source.write, sql: source.sql }
  },
  text(bytes, pos) {
    const digits = Buffer.from(asArray(bytes, pos, 16)).toString('hex')
    return [0, 8, 12, 16, 20].map((from, k) => digits.slice(from, [8, 12, 16, 20, 32][k])).join('-')
  },
  hash: (bytes, pos) => hashBytes(bytes, pos, 16),
  hashSql: (column) => column,
}

/** On the wire: one byte for the format's version, then the text. */
export const jsonb: Codec = {
  encoder(source) {
    if (source.kind !== 'json') return undefined
    return {
      maxBytes: source.maxBytes + 1,
      write: inline`(low, out, pos) => ${source.write}(low, out, ${putInt8}(out, pos, 1))`,
      sql: `(${source.sql})::jsonb`,
    }
  },
  text: (bytes, pos, length) => utf8.decode(asArray(bytes, pos + 1, length - 1)),
  hash: (bytes, pos, length) => hashBytes(bytes, pos + 1, length - 1),
  hashSql: (column) => `${column}::text collate "C"`,
}

function hashBytes0(bytes: DataView, pos: number, length: number): number {
  return hashBytes(bytes, pos, length)
}
