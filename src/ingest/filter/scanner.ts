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
  /** Of the field that is being read. */
  #field = 0
  #start = 0
  #quotes = 0

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

  /**
   * The record that begins at `from`: where it ends, behind its newline; -1 when it is not complete. `atEnd`: nothing comes behind `to`; what
   * is not complete then has a quote that is never closed.
   */
  scan(bytes: Buffer, from: number, { to, atEnd }: { readonly to: number; readonly atEnd: boolean }): number {
    const delimiter = this.#delimiter
    this.#field = 0
    this.#start = from
    this.#quotes = 0
    for (let i = from; i < to; i++) {
      const byte = bytes[i]
      if (byte === delimiter) this.#close(bytes, i)
      else if (byte === NEWLINE) {
        this.#close(bytes, withoutReturn(bytes, this.#start, i))
        return this.#ended(i + 1)
      } else if (byte === QUOTE) {
        i = bytes.indexOf(QUOTE, i + 1)
        this.#quotes += 2
        if (i === -1 || i >= to) return -1
      }
    }
    if (!atEnd) return -1
    this.#close(bytes, to)
    return this.#ended(to)
  }

  /** Fields that the record does not have are not those of the one before. */
  #ended(end: number): number {
    for (let field = this.#field; field <= this.#last; field++) this.kinds[field] = ABSENT
    return end
  }

  #close(bytes: Buffer, end: number): void {
    const field = this.#field++
    const start = this.#start
    const quotes = this.#quotes
    this.#start = end + 1
    this.#quotes = 0
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
