import { QUOTE } from './bytes.ts'

const COMMA = 0x2c

/** The fields of one record as texts, quotes taken off as COPY does. */
export function fieldsOf(record: Buffer, delimiter: number = COMMA): string[] {
  const fields: string[] = []
  let bytes: number[] = []
  let inside = false
  const end = lengthWithoutEnd(record)
  for (let i = 0; i < end; i++) {
    const byte = record[i]!
    if (byte === QUOTE) {
      if (inside && record[i + 1] === QUOTE) {
        bytes.push(QUOTE)
        i++
      } else inside = !inside
    } else if (byte === delimiter && !inside) {
      fields.push(Buffer.from(bytes).toString('utf8'))
      bytes = []
    } else bytes.push(byte)
  }
  return [...fields, Buffer.from(bytes).toString('utf8')]
}

/** Without the newline at its end. */
function lengthWithoutEnd(record: Buffer): number {
  let end = record.length
  if (end > 0 && record[end - 1] === 0x0a) end--
  if (end > 0 && record[end - 1] === 0x0d) end--
  return end
}
