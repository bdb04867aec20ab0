import { OpenQuote, unclosed } from '../errors.ts'
import { hasOddQuotes, recordEnd } from './bytes.ts'
import { openRange, type Range } from './source.ts'

export interface SplitOptions extends Range {
  /** A range ends with the first record that ends at or behind this many bytes. */
  readonly chunkBytes: number
  readonly onBytes?: (bytes: number) => void
  readonly signal: AbortSignal
  readonly blockBytes?: number
}

/** Larger than those of a load: nothing is done with most of their bytes. */
const BLOCK_BYTES = 4 * 1024 * 1024

/**
 * Cuts a file into ranges that begin and end between records. It has to be read for that, because a newline may stand in quotes: 1 to 3 GB
 * a second when the file is in memory.
 */
export async function splitFile(path: string, options: SplitOptions): Promise<readonly Range[]> {
  const { lo, hi, chunkBytes, onBytes = () => {}, signal, blockBytes = BLOCK_BYTES } = options
  if (hi <= lo) return []
  const cuts = new Cuts(lo, chunkBytes)
  const source = await openRange(path, { lo, hi })
  const block = Buffer.allocUnsafeSlow(Math.min(blockBytes, hi - lo))
  try {
    for (;;) {
      signal.throwIfAborted()
      const length = await source.read(block, 0)
      if (length === 0) break
      cuts.add(block.subarray(0, length))
      onBytes(length)
    }
  } finally {
    await source.close()
  }
  if (cuts.quoted) throw unclosed(path, new OpenQuote())
  const bounds = [lo, ...cuts.at.filter((cut) => cut < hi), hi]
  return bounds.slice(1).map((end, k) => ({ lo: bounds[k]!, hi: end }))
}

/** Finds the cuts as the blocks come by. */
class Cuts {
  readonly at: number[] = []
  /** Whether what comes next is within quotes. */
  quoted = false
  readonly #chunkBytes: number
  #position: number
  #wanted: number

  constructor(lo: number, chunkBytes: number) {
    this.#position = lo
    this.#chunkBytes = chunkBytes
    this.#wanted = lo + chunkBytes
  }

  add(block: Buffer): void {
    for (let from = 0; from < block.length; ) from = this.#until(block, from)
    this.#position += block.length
  }

  /** Up to the next cut, or to the end of the block; returns how far it has come. */
  #until(block: Buffer, from: number): number {
    const wanted = Math.max(from, this.#wanted - this.#position)
    const known = Math.min(block.length, wanted)
    if (hasOddQuotes(block, from, known)) this.quoted = !this.quoted
    if (known === block.length) return known
    const end = recordEnd(block, known, { to: block.length, quoted: this.quoted })
    if (end === -1) {
      if (hasOddQuotes(block, known, block.length)) this.quoted = !this.quoted
      return block.length
    }
    this.quoted = false
    this.at.push(this.#position + end)
    this.#wanted = this.#position + end + this.#chunkBytes
    return end
  }
}
