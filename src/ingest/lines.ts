import { countNewlines } from './csv/bytes.ts'
import { BLOCK_BYTES, openGzip, openRange } from './csv/source.ts'
import type { ImportFile } from './plan.ts'

/**
 * The number of the line on which a byte stands. Asked for only where a row is refused: counting reads the file from its start, or from
 * the last place that was asked for.
 */
export class LineNumbers {
  readonly #known = new Map<string, { at: number; line: number }[]>()

  async lineAt(file: ImportFile, position: number): Promise<number> {
    if (file.gzip) return 1 + (await newlinesOfHead(file))
    const known = this.#known.get(file.path) ?? [{ at: 0, line: 1 }]
    this.#known.set(file.path, known)
    const before = known.findLast(({ at }) => at <= position)!
    const line = before.line + (await newlines(file.path, before.at, position))
    known.push({ at: position, line })
    known.sort((a, b) => a.at - b.at)
    return line
  }
}

async function newlines(path: string, lo: number, hi: number): Promise<number> {
  const source = await openRange(path, { lo, hi })
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  try {
    let count = 0
    for (let length: number; ; count += countNewlines(block, 0, length)) {
      length = await source.read(block, 0)
      if (length === 0) return count
    }
  } finally {
    await source.close()
  }
}

/** Of the header. */
async function newlinesOfHead({ path, start }: ImportFile): Promise<number> {
  const source = openGzip(path, 0)
  const head = Buffer.alloc(start)
  try {
    await source.read(head, 0)
    return countNewlines(head, 0, start)
  } finally {
    await source.close()
  }
}
