import { asArray } from '../bytes.ts'
import { hashBytes } from '../hash.ts'
import type { Codec } from './codec.ts'

/** Bytes, or a text's bytes in UTF-8. */
export const bytea: Codec = {
  encoder(source) {
    const { kind } = source
    if (kind !== 'bytes' && kind !== 'text') return undefined
    const sql = kind === 'bytes' ? source.sql : `convert_to(${source.sql}, 'UTF8')`
    return { maxBytes: source.maxBytes, write: source.write, sql }
  },
  text: (bytes, pos, length) => `\\x${Buffer.from(asArray(bytes, pos, length)).toString('hex')}`,
  hash: (bytes, pos, length) => hashBytes(bytes, pos, length),
  hashSql: (column) => column,
}
