import { asArray, putInt8 } from '../bytes.ts'
import { hashBytes } from '../hash.ts'
import { inline } from '../inline.ts'
import type { Codec } from './codec.ts'

const BLANK = 32
const utf8 = new TextDecoder()

/** Filled up with blanks to its length in characters, as the server stores and prints it. They count neither for equality nor for the hash. */
export const char: Codec = {
  encoder(source, type) {
    if (source.kind !== 'text') return undefined
    const [length] = type.modifiers
    const characters = source.maxCharacters ?? source.maxBytes
    if (length === undefined) return { maxBytes: source.maxBytes, write: source.write, sql: source.sql }
    if (characters > length) return `text of up to ${characters} characters, and the column takes ${length}`
    return {
      maxBytes: source.maxBytes + length,
      write: inline`(low, out, pos) => {
        let end = ${source.write}(low, out, pos)
        for (let k = ${charactersOf}(out, pos, end); k < ${length}; k++) end = ${putInt8}(out, end, ${BLANK})
        return end
      }`,
      sql: `(${source.sql})::${type.sql}`,
    }
  },
  text: (bytes, pos, length) => utf8.decode(asArray(bytes, pos, length)),
  hash(bytes, pos, length) {
    let end = length
    while (end > 0 && bytes.getUint8(pos + end - 1) === BLANK) end--
    return hashBytes(bytes, pos, end)
  },
  hashSql: (column) => `${column} collate "C"`,
}

/** All bytes of UTF-8 but those that continue a character. */
function charactersOf(bytes: DataView, from: number, end: number): number {
  let count = 0
  for (let k = from; k < end; k++) if ((bytes.getUint8(k) & 0xc0) !== 0x80) count++
  return count
}
