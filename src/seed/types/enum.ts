import type { Codec } from './codec.ts'
import { text } from './text.ts'

/** On the wire a value's text. The server's own hash is of a number that each database gives it. */
export const enumeration: Codec = {
  encoder(source, { sql, labels = [] }) {
    if (source.kind !== 'text') return undefined
    const { constant } = source
    // Code of the user's own is compared with the server's before a load: it is the only text that is not known here.
    if (constant === undefined && !source.isRaw) return undefined
    if (constant !== undefined && !labels.includes(constant))
      return `${JSON.stringify(constant)}, which is no value of ${sql}: ${labels.join(', ')}`
    return { maxBytes: source.maxBytes, write: source.write, sql: `(${source.sql})::${sql}` }
  },
  text: text.text,
  hash: text.hash,
  hashSql: (column) => `${column}::text collate "C"`,
}
