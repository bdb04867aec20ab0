import { NEWLINE, QUOTE, RETURN } from '../csv/bytes.ts'

/** How the bytes of a field stand for its text. */
export const PLAIN = 0
/** In one pair of quotes, which are left out of its bounds. */
export const QUOTED = 1
/** With quotes in its middle: to be read by others. */
export const MIXED = 2
const ABSENT = 3

/** Finds the fields of one record at a time, as far as they are needed; nothing is made of them. */
export class FieldScanner {
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly kinds: Uint8Array
  readonly #delimiter: number
  readonly #last: number

  /** `last`: the number of the last field that is needed, from 0. */
  constructor(delimiter: string, last: number) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#last = last
    this.starts = new Int32Array(last + 1)
    this.ends = new Int32Array(last + 1)
    this.kinds = new Uint8Array(last + 1)
  }

  isAbsent(field: number): boolean {
    return this.kinds[field] === ABSENT
  }

  /** The record that begins at `from`: where it ends, behind its newline; -1 when it is not complete. `atEnd`: nothing comes behind `to`. */
  scan(bytes: Buffer, from: number, { to, atEnd }: { readonly to: number; readonly atEnd: boolean }): number {
    const delimiter = this.#delimiter
    this.kinds.fill(ABSENT)
    let field = 0
    let start = from
    let quotes = 0
    let i = from
    for (; i < to; i++) {
      const byte = bytes[i]
      if (byte === delimiter) {
        this.#close(bytes, { field, start, end: i, quotes })
        field++
        start = i + 1
        quotes = 0
      } else if (byte === NEWLINE) {
        this.#close(bytes, { field, start, end: withoutReturn(bytes, start, i), quotes })
        return i + 1
      } else if (byte === QUOTE) {
        i = bytes.indexOf(QUOTE, i + 1)
        if (i === -1 || i >= to) return atEnd ? this.#unclosed(to) : -1
        quotes += 2
      }
    }
    if (!atEnd) return -1
    this.#close(bytes, { field, start, end: to, quotes })
    return to
  }

  /** The server will say what is wrong with it. */
  #unclosed(to: number): number {
    this.kinds.fill(ABSENT)
    return to
  }

  #close(
    bytes: Buffer,
    { field, start, end, quotes }: { field: number; start: number; end: number; quotes: number },
  ): void {
    if (field > this.#last) return
    const simple = quotes === 2 && bytes[start] === QUOTE && bytes[end - 1] === QUOTE
    this.kinds[field] = quotes === 0 ? PLAIN : simple ? QUOTED : MIXED
    this.starts[field] = simple ? start + 1 : start
    this.ends[field] = simple ? end - 1 : end
  }
}

function withoutReturn(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === RETURN ? end - 1 : end
}
