import type { Codec } from './codec.ts'
import { text } from './text.ts'

/** Kept as it is written, and ours is written as jsonb prints it. json has neither equality nor a hash: its text has. */
export const json: Codec = {
  encoder(source) {
    if (source.kind !== 'json') return undefined
    return { maxBytes: source.maxBytes, write: source.write, sql: `(${source.sql})::json` }
  },
  text: text.text,
  hash: text.hash,
  hashSql: (column) => `${column}::text collate "C"`,
}
