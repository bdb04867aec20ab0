import { literal } from '../../kernel/index.ts'
import { putBytes, putInt8, utf8Bytes } from '../bytes.ts'
import type { ArraySource, Source } from '../source.ts'
import type { JsonPart } from './json-part.ts'

const [OPEN, CLOSE] = [91, 93]
const COMMA = ', '
const BETWEEN = utf8Bytes(COMMA)

/** An array in a document, as jsonb prints it: ["a", "b"]. A string says what cannot stand in one. */
export function arrayPart(
  source: ArraySource,
  partOf: (element: Source) => JsonPart | string,
): JsonPart | string {
  const parts: JsonPart[] = []
  for (const element of source.elements) {
    const part = partOf(element)
    if (typeof part === 'string') return part
    parts.push(part)
  }
  const { at } = source
  const list = parts.map((part) => part.sql).join(', ')
  return {
    maxBytes: parts.reduce((sum, part) => sum + part.maxBytes + BETWEEN.length, 2),
    write(low, out, pos) {
      const count = at(low)
      let end = putInt8(out, pos, OPEN)
      for (let k = 0; k < count; k++) {
        if (k > 0) end = putBytes(out, end, BETWEEN)
        end = parts[k]!.write(low, out, end)
      }
      return putInt8(out, end, CLOSE)
    },
    sql: `'[' || array_to_string((array[${list}]::text[])[1:(${source.sql})::int], ${literal(COMMA)}) || ']'`,
  }
}
