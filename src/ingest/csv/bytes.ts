export const QUOTE = 0x22
export const NEWLINE = 0x0a
export const RETURN = 0x0d

/**
 * A quote in CSV changes sides wherever it stands, and a doubled one does so twice: that is how COPY reads it. So the number of quotes
 * before a byte says whether it is quoted.
 */
export function hasOddQuotes(bytes: Buffer, from: number, to: number): boolean {
  const first = bytes.indexOf(QUOTE, from)
  if (first === -1 || first >= to) return false
  const { words, at, end } = wordsWithin(bytes, first, to)
  let odd = oddOneByOne(bytes, first, at)
  let marks = 0
  for (const word of words) marks ^= marksOf(word ^ 0x22222222)
  for (; marks !== 0; marks &= marks - 1) odd = !odd
  return odd !== oddOneByOne(bytes, end, to)
}

function oddOneByOne(bytes: Buffer, from: number, to: number): boolean {
  let odd = false
  for (let i = from; i < to; i++) if (bytes[i] === QUOTE) odd = !odd
  return odd
}

/** The highest bit of each byte of a word that is zero. */
function marksOf(word: number): number {
  return ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word | 0x7f7f7f7f)
}

const NO_WORDS = new Uint32Array(0)

/** The part that can be read four bytes at a time: `at` up to `end`. */
function wordsWithin(bytes: Buffer, from: number, to: number) {
  const at = from + (-(bytes.byteOffset + from) & 3)
  const count = (to - at) >> 2
  if (count <= 0) return { words: NO_WORDS, at: to, end: to }
  return { words: new Uint32Array(bytes.buffer, bytes.byteOffset + at, count), at, end: at + count * 4 }
}

/** Four bytes at a time: 0.4 ns a byte instead of 0.8. */
export function countNewlines(bytes: Buffer, from: number, to: number): number {
  const { words, at, end } = wordsWithin(bytes, from, to)
  let count = 0
  for (let i = from; i < at; i++) if (bytes[i] === NEWLINE) count++
  for (let i = end; i < to; i++) if (bytes[i] === NEWLINE) count++
  for (let k = 0; k < words.length; ) {
    // Four counters in a number; each holds 255.
    const stop = Math.min(words.length, k + 255)
    let lanes = 0
    for (; k < stop; k++) lanes = (lanes + (marksOf(words[k]! ^ 0x0a0a0a0a) >>> 7)) | 0
    count += (lanes & 0xff) + ((lanes >>> 8) & 0xff) + ((lanes >>> 16) & 0xff) + (lanes >>> 24)
  }
  return count
}

/** Where the record that begins at `from` ends, behind its newline; -1 when that is not before `to`. `quoted`: `from` is within quotes. */
export function recordEnd(bytes: Buffer, from: number, { to, quoted = false }: RecordBounds): number {
  let inside = quoted
  for (let i = from; i < to; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) inside = !inside
    else if (byte === NEWLINE && !inside) return i + 1
  }
  return -1
}

const END_MARK = '\\.'
const BACKSLASH = 0x5c

/** Whether the record is \. alone: before PostgreSQL 18 that ends the data, and the server says nothing of what comes behind it. */
export function isEndMark(bytes: Buffer, from: number, end: number): boolean {
  if (end - from > 4 || bytes[from] !== BACKSLASH || bytes[from + 1] !== 0x2e) return false
  return from + 2 >= end || bytes[from + 2] === NEWLINE || bytes[from + 2] === RETURN
}

/** Whether a line of a block may be that, also one that the block does not hold as a whole, or that stands in quotes. */
export function mayHoldEndMark(bytes: Buffer): boolean {
  const begins = (at: number) => at === 0 || bytes[at - 1] === NEWLINE
  for (let at = bytes.indexOf(END_MARK); at !== -1; at = bytes.indexOf(END_MARK, at + 2)) {
    const next = bytes[at + 2]
    if (begins(at) && (next === undefined || next === NEWLINE || next === RETURN)) return true
  }
  const last = bytes.length - 1
  return bytes[last] === BACKSLASH && begins(last)
}

interface RecordBounds {
  readonly to: number
  readonly quoted?: boolean
}

/** Counts records as their bytes come by, in pieces of any size. */
export class RecordCounter {
  #ended = 0
  #quoted = false
  #open = false

  add(bytes: Buffer): void {
    if (bytes.length === 0) return
    if (!this.#quoted && !bytes.includes(QUOTE)) this.#ended += countNewlines(bytes, 0, bytes.length)
    else this.#addQuoted(bytes)
    this.#open = this.#quoted || bytes[bytes.length - 1] !== NEWLINE
  }

  #addQuoted(bytes: Buffer): void {
    let quoted = this.#quoted
    let ended = 0
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]
      if (byte === QUOTE) quoted = !quoted
      else if (byte === NEWLINE && !quoted) ended++
    }
    this.#ended += ended
    this.#quoted = quoted
  }

  /** The last one counts without a newline, too. */
  get records(): number {
    return this.#ended + (this.#open ? 1 : 0)
  }
}
